//! What both kinds of servers are started with.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::statvfs;

use crate::StackError;
use crate::process::{Claim, Keeper, Managed};

/// RabbitMQ refuses publishers below 500 MB (rabbitmq.conf); the rest is for both servers' files.
const NEEDED_MB: u64 = 700;

#[derive(Debug, Clone, Default)]
pub struct ServerOptions {
    /// The data folder, made when missing and kept. `None`: a temporary one, removed in the end,
    /// however this process ends.
    pub data_dir: Option<PathBuf>,
    /// The port on 127.0.0.1; RabbitMQ takes the four after it too. 0: free ones are chosen.
    pub port: u16,
    /// Whether it has its makers' defaults, rather than the configuration of an installation.
    pub is_stock: bool,
}

impl ServerOptions {
    pub fn temporary() -> Self {
        Self::default()
    }

    pub fn at(data_dir: impl Into<PathBuf>, port: u16) -> Self {
        Self { data_dir: Some(data_dir.into()), port, is_stock: false }
    }
}

/// A claimed data folder with a keeper for whatever runs on it.
#[derive(Debug)]
pub(crate) struct Home {
    what: &'static str,
    pub(crate) dir: PathBuf,
    claim: Claim,
    // Dropped last: it ends what is still running.
    pub(crate) keeper: Keeper,
}

impl Home {
    pub(crate) fn open(what: &'static str, data_dir: Option<&Path>) -> Result<Self, StackError> {
        let (dir, keeper) = if let Some(dir) = data_dir {
            (dir.to_owned(), Keeper::start(None)?)
        } else {
            let dir = tempfile::Builder::new()
                .prefix("registrar-")
                .tempdir()
                .map_err(StackError::io("Could not create a temporary folder"))?;
            let keeper = Keeper::start(Some(dir.path()))?;
            (dir.keep(), keeper)
        };
        let claim = Claim::take(what, &dir)?;
        let dir = fs::canonicalize(&dir).map_err(StackError::io("Could not read a data folder"))?;
        require_space(what, &dir)?;
        Ok(Self { what, dir, claim, keeper })
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// A folder below, for this user only.
    pub(crate) fn private_folder(&self, name: &str) -> Result<PathBuf, StackError> {
        let path = self.dir.join(name);
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            .map_err(StackError::io(format!("Could not create {}", path.display())))?;
        Ok(path)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> Result<PathBuf, StackError> {
        let path = self.dir.join(name);
        fs::write(&path, content)
            .map_err(StackError::io(format!("Could not write {}", path.display())))?;
        Ok(path)
    }

    /// Starts the server itself, sharing the claim with it.
    pub(crate) fn spawn(&self, command: &mut Command) -> Result<Managed, StackError> {
        let process =
            Managed::spawn(self.what, command, self.claim.stdin()?, &self.log(), &self.keeper)?;
        self.claim.note(process.pid())?;
        Ok(process)
    }
}

fn require_space(what: &'static str, dir: &Path) -> Result<(), StackError> {
    let disk = statvfs(dir).map_err(|errno| StackError::Io {
        what: format!("Could not see how full the disk of {} is", dir.display()),
        source: errno.into(),
    })?;
    let free_mb = disk.f_bavail.saturating_mul(disk.f_frsize) / 1_000_000;
    if free_mb < NEEDED_MB {
        return Err(StackError::DiskFull {
            what,
            dir: dir.to_owned(),
            free_mb,
            needed_mb: NEEDED_MB,
        });
    }
    Ok(())
}
