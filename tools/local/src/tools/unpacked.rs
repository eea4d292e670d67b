//! Programs that `scripts/tools` has unpacked into a folder, because Debian's stable distribution
//! lacks them or has them too old.

use std::path::PathBuf;
use std::{fs, path};

use super::Program;
use crate::StackError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// 2.42.
    Two,
    /// 3.5 or newer.
    Three,
}

#[derive(Debug, Clone)]
pub struct UnpackedTools {
    folder: PathBuf,
}

impl UnpackedTools {
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    pub fn prometheus(&self, generation: Generation) -> Result<Program, StackError> {
        let (what, suite) = match generation {
            Generation::Two => ("Prometheus 2", "bookworm"),
            Generation::Three => ("Prometheus 3", "unstable"),
        };
        self.packaged(what, suite, "prometheus")
    }

    pub fn alertmanager(&self) -> Result<Program, StackError> {
        let program = self.packaged("Alertmanager", "unstable", "prometheus-alertmanager")?;
        Ok(program.with_files(&self.root("unstable")?))
    }

    pub fn mysqld_exporter(&self) -> Result<Program, StackError> {
        self.packaged("mysqld_exporter", "unstable", "prometheus-mysqld-exporter")
    }

    fn packaged(&self, what: &'static str, suite: &str, name: &str) -> Result<Program, StackError> {
        let program = Program::unpacked(&self.root(suite)?, &format!("/usr/bin/{name}"));
        let command = "scripts/tools metrics".to_owned();
        program.ok_or(StackError::NotInstalled { what, command })
    }

    pub fn rotel(&self) -> Result<Program, StackError> {
        let missing = || StackError::NotInstalled {
            what: "rotel",
            command: "scripts/tools traces".to_owned(),
        };
        let libraries = fs::read_dir(self.root("python")?.join("lib")).map_err(|_| missing())?;
        let path = "/site-packages/rotel/rotel-agent";
        let mut programs =
            libraries.flatten().filter_map(|python| Program::unpacked(&python.path(), path));
        programs.next().ok_or_else(missing)
    }

    /// Where packages of a suite of Debian are. Absolute, since programs run in folders of their own.
    fn root(&self, suite: &str) -> Result<PathBuf, StackError> {
        path::absolute(self.folder.join(suite)).map_err(StackError::io("Could not read a path"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_not_unpacked_is_missed_with_the_command_that_does() {
        let folder = tempfile::tempdir().unwrap();
        let error = UnpackedTools::at(folder.path()).prometheus(Generation::Two).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Prometheus 2 is not installed. Install it with: scripts/tools metrics"
        );
    }
}
