//! Programs, of this system or of another one in a folder.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable with the root folder of another system, whose servers run instead of this one's.
const ROOT: &str = "SERVERS_ROOT";

/// Where servers live that are not on an ordinary user's PATH.
const SYSTEM_FOLDERS: [&str; 4] =
    ["/usr/sbin", "/usr/local/sbin", "/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin"];

#[derive(Debug, Clone)]
pub struct Program {
    /// As the program itself sees it.
    path: PathBuf,
    system: System,
}

/// Whose files a program sees in `/usr`.
#[derive(Debug, Clone)]
enum System {
    /// This system's.
    This,
    /// Those of the system in this folder.
    Other(PathBuf),
    /// This system's, and the packages that were unpacked into this folder.
    With(PathBuf),
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
        Some(Self { path, system: System::This })
    }

    /// The program at `path` of packages that were unpacked into the folder `root`.
    pub(crate) fn unpacked(root: &Path, path: &str) -> Option<Self> {
        let path = in_root(root, Path::new(path));
        path.is_file().then_some(Self { path, system: System::This })
    }

    /// The program with the files of the packages in `root`, in the system's folders.
    pub(crate) fn with_files(self, root: &Path) -> Self {
        Self { system: System::With(root.to_owned()), ..self }
    }

    /// What is there in relation to the program's own folder.
    pub(crate) fn beside(&self, relative: &str) -> Option<PathBuf> {
        let path = self.path.parent()?.join(relative);
        path.exists().then_some(path)
    }

    pub(crate) fn find_in(root: &Path, program: &str) -> Option<Self> {
        let path = ["/usr/bin"]
            .iter()
            .chain(&SYSTEM_FOLDERS)
            .map(|folder| Path::new(folder).join(program))
            .find(|candidate| in_root(root, candidate).is_file())?;
        Some(Self { path, system: System::Other(root.to_owned()) })
    }

    pub(crate) fn find_beside(&self, program: &str) -> Option<Self> {
        match &self.system {
            System::Other(root) => Self::find_in(root, program),
            System::This | System::With(_) => Self::find(program),
        }
    }

    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.path.ends_with(name)
    }

    /// A command that runs it, as a process of its own and not below another.
    pub fn command(&self) -> Command {
        let (root, script, name) = match &self.system {
            System::This => return Command::new(&self.path),
            System::Other(root) => (root, include_str!("in_root.sh"), "in_root.sh"),
            System::With(root) => (root, include_str!("with_files.sh"), "with_files.sh"),
        };
        let mut command = Command::new("unshare");
        if !rustix::process::geteuid().is_root() {
            command.arg("--map-root-user");
        }
        command.args(["--mount", "/bin/sh", "-c", script, name]).arg(root).arg(&self.path);
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
