//! Who works on a data folder.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::poll_until;
use crate::StackError;

/// How long a server that was just killed may take to vanish.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The right to work on a data folder.
///
/// A lock on the file `in-use`. A server holds it too (as its standard input): so one that
/// outlived its owner is noticed, and a lock can never be stale.
#[derive(Debug)]
pub struct Claim {
    path: PathBuf,
    file: File,
}

impl Claim {
    pub fn take(what: &'static str, dir: &Path) -> Result<Self, StackError> {
        fs::create_dir_all(dir)
            .map_err(StackError::io(format!("Could not create {}", dir.display())))?;
        let path = dir.join("in-use");
        let file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(StackError::io(format!("Could not open {}", path.display())))?;
        let locked =
            poll_until(TIMEOUT, || flock(&file, FlockOperation::NonBlockingLockExclusive).ok());
        if locked.is_none() {
            let pid = fs::read_to_string(&path).unwrap_or_default();
            let pid = if pid.is_empty() { "?".to_owned() } else { pid };
            return Err(StackError::DataInUse { what, dir: dir.to_owned(), pid });
        }
        Ok(Self { path, file })
    }

    pub(crate) fn stdin(&self) -> Result<Stdio, StackError> {
        self.file
            .try_clone()
            .map(Stdio::from)
            .map_err(StackError::io("Could not share a data folder's lock"))
    }

    /// Notes the process that works here, for the message of the next one.
    pub fn note(&self, pid: u32) -> Result<(), StackError> {
        fs::write(&self.path, pid.to_string())
            .map_err(StackError::io(format!("Could not write {}", self.path.display())))
    }
}
