//! `registrar-local clean`.

use std::io::BufRead;
use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, bail};
use registrar_local::Claim;
use registrar_local::output::{print, print_line};

/// Deletes the data folder of a stack that does not run.
pub(crate) fn clean(data_dir: &Path, yes: bool) -> Result<()> {
    if !data_dir.exists() {
        print_line(format_args!("There is no {}; nothing to delete.", data_dir.display()));
        return Ok(());
    }
    // `--data-dir` may name anything; only `run` makes this file.
    if !data_dir.join("in-use").exists() {
        bail!("{} was not made by `registrar-local run`; it stays.", data_dir.display());
    }
    let _claim = Claim::take("registrar-local", data_dir)?;
    if !yes && !confirmed(data_dir)? {
        bail!("Nothing was deleted.");
    }
    fs::remove_dir_all(data_dir)
        .with_context(|| format!("Could not delete {}", data_dir.display()))?;
    print_line(format_args!("Deleted {}.", data_dir.display()));
    Ok(())
}

fn confirmed(data_dir: &Path) -> Result<bool> {
    print(format_args!("Delete {} with every registration in it? [y/N] ", data_dir.display()));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}
