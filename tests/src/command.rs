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
    /// What it printed on stderr.
    pub stderr: String,
}

/// Runs a program with these arguments and only these settings in its environment.
pub async fn run(name: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let stdout = folder.path().join("stdout");
    let ended = run_into(name, arguments, settings, file(&stdout)).await;
    Ended { stdout: fs::read_to_string(&stdout).unwrap(), ..ended }
}

/// As [`run`], with an stdout of one's own, of which nothing is read here.
pub async fn run_into(
    name: &str,
    arguments: &[&str],
    settings: &[(&str, &str)],
    stdout: Stdio,
) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let stderr = folder.path().join("stderr");
    let outputs = [stdout, file(&stderr)];
    let code = run_with_outputs(name, arguments, settings, outputs).await;
    Ended { code, stdout: String::new(), stderr: fs::read_to_string(&stderr).unwrap() }
}

/// As [`run`], with outputs of one's own: stdout, then stderr. Returns the exit code.
pub async fn run_with_outputs(
    name: &str,
    arguments: &[&str],
    settings: &[(&str, &str)],
    [stdout, stderr]: [Stdio; 2],
) -> Option<i32> {
    let mut command = Command::new(path(name));
    command.args(arguments).env_clear().envs(settings.iter().copied());
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    let mut running = Running(command.spawn().unwrap());
    let what = format!("{name} {} ends", arguments.join(" "));
    wait::until(&what, async || running.0.try_wait().unwrap()).await.code()
}

fn file(path: &Path) -> Stdio {
    fs::File::create(path).unwrap().into()
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
