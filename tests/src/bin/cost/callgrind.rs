//! Programs below callgrind.

use std::path::PathBuf;
use std::time::Duration;

use registrar_tests::program::Program;
use tempfile::TempDir;

use crate::profile::Profile;

/// callgrind writes what it counted after the program has ended.
const STOP_TIMEOUT: Duration = Duration::from_mins(2);

/// Where callgrind counts the instructions of one process.
pub(crate) struct Callgrind(TempDir);

impl Callgrind {
    /// Prepares a count.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The command line before a program's own.
    pub(crate) fn command(&self) -> Vec<String> {
        let output = format!("--callgrind-out-file={}", self.output().display());
        // Without a fair scheduler, one thread could keep the others waiting.
        ["/usr/bin/valgrind", "--tool=callgrind", "--fair-sched=yes", &output]
            .map(str::to_owned)
            .to_vec()
    }

    /// What was counted, once the program has stopped.
    pub(crate) fn stop(&self, program: &mut Program) -> Profile {
        assert!(program.stop(STOP_TIMEOUT), "it had to be killed: {}", program.log());
        Profile::read(&self.output())
    }

    fn output(&self) -> PathBuf {
        self.0.path().join("callgrind.out")
    }
}
