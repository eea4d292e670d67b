//! Registrar's own programs.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use registrar_local::output_within;

const MIGRATE_TIMEOUT: Duration = Duration::from_mins(5);

/// Where they are: next to this program, as cargo builds them.
pub(crate) struct Programs {
    pub(crate) api: PathBuf,
    pub(crate) worker: PathBuf,
    pub(crate) registrar: PathBuf,
}

impl Programs {
    pub(crate) fn find() -> Result<Self> {
        let this = env::current_exe().context("Could not find this program's own folder")?;
        let folder = this.parent().unwrap_or(Path::new("."));
        let find = |name: &str| {
            let path = folder.join(name);
            if !path.is_file() {
                bail!("{} has not been built. `make run` builds and runs it.", path.display());
            }
            Ok(path)
        };
        Ok(Self {
            api: find("registrar-api")?,
            worker: find("registrar-worker")?,
            registrar: find("registrar")?,
        })
    }

    pub(crate) fn migrate(&self, environment: &[(String, String)]) -> Result<()> {
        let mut command = Command::new(&self.registrar);
        command.arg("migrate").envs(environment.iter().map(|(name, value)| (name, value)));
        output_within("`registrar migrate`", MIGRATE_TIMEOUT, &mut command)?;
        Ok(())
    }
}
