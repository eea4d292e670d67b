//! The keeper: a tiny process that ends a group of processes when its owner is gone.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::StackError;

/// Leads a process group and kills it, itself included, once the pipe from the owner closes:
/// also when the owner is killed and can do nothing itself.
///
/// It is started before the processes it keeps and they are born into its group, so there is no
/// moment in which one runs unkept.
#[derive(Debug)]
pub struct Keeper {
    process: Child,
    lifeline: Option<ChildStdin>,
}

impl Keeper {
    /// Starts a keeper. `remove` is a folder to delete after everything in the group ended.
    pub fn start(remove: Option<&Path>) -> Result<Self, StackError> {
        let mut process = Command::new("/bin/sh")
            .arg("-c")
            .arg(include_str!("keeper.sh"))
            .arg("registrar-keeper")
            .args(remove)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(StackError::io("Could not start /bin/sh"))?;
        let lifeline = process.stdin.take();
        Ok(Self { process, lifeline })
    }

    pub(crate) fn group(&self) -> i32 {
        self.process.id().cast_signed()
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // Reaps it. It ends within milliseconds: SIGKILL is the last thing it does.
        let _ = self.process.wait();
    }
}
