//! Programs, of this system or of another one in a folder.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The variable with the root folder of another system, whose servers run instead of this one's.
const ROOT: &str = "SERVERS_ROOT";

/// Where servers live that are not on an ordinary user's PATH.
const SYSTEM_FOLDERS: [&str; 4] =
    ["/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

/// A program that was found.
#[derive(Debug, Clone)]
pub struct Program {
    /// As the program itself sees it.
    path: PathBuf,
    root: Option<PathBuf>,
}

impl Program {
    /// Looks for a program of this system, by name on PATH and in the system's folders or by its
    /// absolute path.
    pub(crate) fn find(program: &str) -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let path = env::split_paths(&path)
            .chain(SYSTEM_FOLDERS.iter().map(PathBuf::from))
            .map(|folder| folder.join(program))
            .find(|candidate: &PathBuf| Path::is_file(candidate))?;
        Some(Self { path, root: None })
    }

    /// Looks for a program of the system in `root`.
    pub(crate) fn find_in(root: &Path, program: &str) -> Option<Self> {
        let path = ["/usr/bin"]
            .iter()
            .chain(&SYSTEM_FOLDERS)
            .map(|folder| Path::new(folder).join(program))
            .find(|candidate| in_root(root, candidate).is_file())?;
        Some(Self { path, root: Some(root.to_owned()) })
    }

    /// Looks for another program of the same system.
    pub(crate) fn find_beside(&self, program: &str) -> Option<Self> {
        match &self.root {
            Some(root) => Self::find_in(root, program),
            None => Self::find(program),
        }
    }

    /// Whether the program has this file name.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.path.ends_with(name)
    }

    /// A command that runs it, as a process of its own and not below another.
    pub fn command(&self) -> Command {
        let Some(root) = &self.root else { return Command::new(&self.path) };
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        command
            .args(["--mount", "/bin/sh", "-c", include_str!("in_root.sh"), "in_root.sh"])
            .arg(root)
            .arg(&self.path);
        command
    }
}

/// The root folder of the system whose servers run, when it is not this one.
pub(crate) fn servers_root() -> Option<PathBuf> {
    env::var_os(ROOT).filter(|root| !root.is_empty()).map(PathBuf::from)
}

/// Where a file of the system in `root` is on this one.
fn in_root(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_another_system_runs_with_that_systems_files() {
        let root = tempfile::tempdir().unwrap();
        assert!(Program::find_in(root.path(), "mysqld").is_none());
        let folder = root.path().join("usr/sbin");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mysqld"), "").unwrap();
        let program = Program::find_in(root.path(), "mysqld").unwrap();
        let command = program.command();
        let arguments: Vec<_> = command.get_args().map(std::borrow::ToOwned::to_owned).collect();
        assert_eq!(command.get_program(), "unshare");
        assert!(arguments.ends_with(&[root.path().into(), "/usr/sbin/mysqld".into()]));
        assert!(program.find_beside("mysqld").is_some() && program.is_named("mysqld"));
    }
}
