//! One of Registrar's programs, running with the settings of a test.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fs};

use registrar_local::{Keeper, Managed};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::pipe_reading::PipeReading;
use crate::wait;

/// What every program of one installation shares.
pub const DERIVATION_SECRET: &str = "a derivation secret for tests only, 32+";
/// See [`DERIVATION_SECRET`].
pub const SEALING_SECRET: &str = "a sealing secret for the tests only";

/// A running program. It ends with the test, however that ends.
#[derive(Debug)]
pub struct Program {
    process: Managed,
    folder: TempDir,
    // Dropped last: it ends what is still running.
    _keeper: Keeper,
}

impl Program {
    /// Starts the program with only these settings in its environment.
    pub fn start(name: &'static str, settings: &[(&str, String)]) -> Self {
        Self::start_below(&[], name, settings)
    }

    /// As [`Self::start`], with a tool such as valgrind: its command line, before the program's.
    pub fn start_below(tool: &[String], name: &'static str, settings: &[(&str, String)]) -> Self {
        let keeper = Keeper::start(None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = match tool {
            [tool, arguments @ ..] => {
                let mut command = Command::new(tool);
                command.args(arguments).arg(path(name));
                command
            }
            [] => Command::new(path(name)),
        };
        command.env_clear().envs(settings.iter().map(|(name, value)| (name, value)));
        let log = folder.path().join("log");
        let process = Managed::spawn(name, &mut command, Stdio::null(), &log, &keeper).unwrap();
        Self { process, folder, _keeper: keeper }
    }

    /// As [`Self::start`], with both outputs in one pipe, whose reader can stop to read.
    pub fn start_piped(name: &'static str, settings: &[(&str, String)]) -> (Self, PipeReading) {
        let keeper = Keeper::start(None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(path(name));
        command.env_clear().envs(settings.iter().map(|(name, value)| (name, value)));
        let log = folder.path().join("log");
        let (reading, writer) = PipeReading::into_file(&log);
        let outputs = [writer.try_clone().unwrap().into(), writer.into()];
        let stdin = Stdio::null();
        let process =
            Managed::spawn_with_outputs(name, &mut command, stdin, outputs, &log, &keeper).unwrap();
        (Self { process, folder, _keeper: keeper }, reading)
    }

    /// Everything that it has written to its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// The lines of the log that are JSON objects.
    pub fn log_lines(&self) -> Vec<Value> {
        self.log().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits for a line of the log: a thread of its own writes them, later than what they report.
    pub async fn line(&self, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        wait::until(&format!("the log has {what}"), async || {
            self.log_lines().into_iter().find(|line| is_wanted(line))
        })
        .await
    }

    /// Waits for a log line with this message and returns it.
    pub async fn logged(&mut self, message: &str) -> Value {
        wait::until(&format!("the log says {message:?}"), async || {
            // Before the log is read, to which it may have added the line and then have ended.
            let has_ended = self.process.exited().is_some();
            let line = self.log_lines().into_iter().find(|line| line["message"] == message);
            assert!(line.is_some() || !has_ended, "it ended: {}", self.log());
            line
        })
        .await
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        self.process.signal(Signal::TERM).unwrap();
    }

    /// SIGINT, as Ctrl-C sends it.
    pub fn interrupt(&self) {
        self.process.signal(Signal::INT).unwrap();
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        wait::until("the program ends", async || self.process.exited()).await
    }

    /// Ends it as an orchestrator does: SIGTERM, then SIGKILL if it does not listen. `true` when it
    /// ended by itself.
    pub fn stop(&mut self, timeout: Duration) -> bool {
        self.process.stop(timeout).unwrap()
    }
}

/// Where cargo puts this package's programs: beside the folder of its test binaries, or beside
/// another of its programs.
pub(crate) fn path(name: &str) -> PathBuf {
    let this = env::current_exe().unwrap();
    let folder = this.parent().unwrap();
    // Tests are in a folder of their own beside the programs, and so are examples.
    let beside = folder.ends_with("deps") || folder.ends_with("examples");
    let folder = if beside { folder.parent().unwrap() } else { folder };
    folder.join(name)
}
