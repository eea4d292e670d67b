//! One of Registrar's programs, run to its end.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::program::path;
use crate::wait;

/// How a program ended and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// Runs a program with these arguments and only these settings in its environment.
pub async fn run(name: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let (stdout, stderr) = (folder.path().join("stdout"), folder.path().join("stderr"));
    let file = |path: &Path| Stdio::from(fs::File::create(path).unwrap());
    let mut command = Command::new(path(name));
    command.args(arguments).env_clear().envs(settings.iter().copied());
    command.stdin(Stdio::null()).stdout(file(&stdout)).stderr(file(&stderr));
    let mut running = Running(command.spawn().unwrap());
    let what = format!("{name} {} ends", arguments.join(" "));
    let status = wait::until(&what, async || running.0.try_wait().unwrap()).await;
    let text = |path: &Path| fs::read_to_string(path).unwrap();
    Ended { code: status.code(), stdout: text(&stdout), stderr: text(&stderr) }
}

/// Ends with the test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
