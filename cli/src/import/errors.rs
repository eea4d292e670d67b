//! `registrar import errors`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use registrar_runtime::output::{OutputError, print_line};
use serde_json::Value;

use super::arguments::{ApiArguments, FileArguments};
use super::client::{Client, import_path};
use super::error_file::Place;
use super::interrupt::Interrupt;
use super::report;
use super::source::Source;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The reference that the upload was answered with.
    reference: String,

    /// The file that was imported: its columns are put back, and the rows are written into
    /// FILE.errors.csv. Without it, the API's own file is printed.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Where to write the rows that did not make it, instead of FILE.errors.csv.
    #[arg(long, value_name = "PATH", requires = "file")]
    errors: Option<PathBuf>,

    #[command(flatten)]
    options: FileArguments,

    #[command(flatten)]
    api: ApiArguments,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let client = Client::new(&arguments.api)?;
    let path = import_path(&arguments.reference);
    let Some(file) = &arguments.file else { return print(&client, &path) };
    let source = Source::open(file, arguments.options.sheet.as_deref())?;
    let place = arguments.errors.as_deref().or(source.error_file());
    let place = Place::new(place.context("Say where to write the rows with --errors PATH.")?)?;
    let import = client.get(&path)?.accepted()?.body;
    let imported = import.get("sha256").and_then(Value::as_str);
    if imported.is_some_and(|imported| source.sha256().is_ok_and(|sha256| sha256 != imported)) {
        bail!("{} is not the file that was imported: its content is another one.", file.display());
    }
    let interrupt = Interrupt::install()?;
    interrupt.say("Nothing was written.".to_owned());
    let listed = client.download(&format!("{path}/errors.csv"))?;
    let rows = place.write(&source, &arguments.options.options(), listed, &interrupt)?;
    if rows == 0 {
        print_line("No row failed so far.")?;
    } else {
        print_line(report::next_step(place.path(), &arguments.options.to_flags()))?;
    }
    Ok(ExitCode::from(report::exit_code(&import)))
}

fn print(client: &Client, path: &str) -> anyhow::Result<ExitCode> {
    let mut listed = client.download(&format!("{path}/errors.csv"))?;
    let mut stdout = io::stdout().lock();
    io::copy(&mut listed, &mut stdout).and_then(|_| stdout.flush()).map_err(OutputError::from)?;
    Ok(ExitCode::SUCCESS)
}
