//! One kept process.

use std::fs;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::log::size;
use super::progress::Progress;
use super::wait::poll_unless;
use super::{Keeper, poll_until, tail};
use crate::StackError;

const PAUSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A running process in a [`Keeper`]'s group, whose output goes to a log file.
#[derive(Debug)]
pub struct Managed {
    what: &'static str,
    child: Child,
    log: PathBuf,
}

impl Managed {
    /// Starts `command`, appending both its outputs to `log`.
    pub fn spawn(
        what: &'static str,
        command: &mut Command,
        stdin: Stdio,
        log: &Path,
        keeper: &Keeper,
    ) -> Result<Self, StackError> {
        let output = || -> Result<File, StackError> {
            File::options()
                .create(true)
                .append(true)
                .open(log)
                .map_err(StackError::io(format!("Could not open {}", log.display())))
        };
        let outputs = [output()?.into(), output()?.into()];
        Self::spawn_with_outputs(what, command, stdin, outputs, log, keeper)
    }

    /// Starts `command` with outputs of one's own: stdout, then stderr. What reaches `log` is the
    /// caller's part.
    pub fn spawn_with_outputs(
        what: &'static str,
        command: &mut Command,
        stdin: Stdio,
        [stdout, stderr]: [Stdio; 2],
        log: &Path,
        keeper: &Keeper,
    ) -> Result<Self, StackError> {
        let child = command
            .stdin(stdin)
            .stdout(stdout)
            .stderr(stderr)
            .process_group(keeper.group())
            .spawn()
            .map_err(StackError::io(format!("Could not start {what}")))?;
        Ok(Self { what, child, log: log.to_owned() })
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) -> Result<(), StackError> {
        kill_process(Pid::from_child(&self.child), signal).map_err(|errno| {
            StackError::io(format!("Could not signal {}", self.what))(errno.into())
        })
    }

    /// Freezes it, and waits until it is.
    pub fn pause(&self) -> Result<(), StackError> {
        self.signal(Signal::STOP)?;
        // The signal is only noted when this returns; each thread still runs for a moment.
        let stat = format!("/proc/{}/stat", self.pid());
        let stopped = poll_until(PAUSE_TIMEOUT, || {
            fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")).then_some(())
        });
        stopped.ok_or_else(|| StackError::Refused {
            what: format!("Pausing {}", self.what),
            detail: "it still runs".to_owned(),
        })
    }

    pub fn resume(&self) -> Result<(), StackError> {
        self.signal(Signal::CONT)
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.child.kill().map_err(StackError::io(format!("Could not kill {}", self.what)))?;
        self.child
            .wait()
            .map_err(StackError::io(format!("Could not wait for {}", self.what)))
            .map(drop)
    }

    /// SIGTERM, then up to `timeout` for it to end by itself; kills it after that. `true` when it
    /// ended by itself.
    pub fn stop(&mut self, timeout: Duration) -> Result<bool, StackError> {
        if self.exited().is_none() {
            self.signal(Signal::TERM)?;
            // A paused process would not notice.
            self.signal(Signal::CONT)?;
        }
        if poll_until(timeout, || self.exited()).is_some() {
            return Ok(true);
        }
        self.kill()?;
        Ok(false)
    }

    pub fn exited(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Waits until `ready`, noticing at once when the process ends instead. It may be silent for as
    /// long as `timeout`; a busy machine needs longer, and while it writes it is at work.
    pub fn wait_ready(
        &mut self,
        timeout: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), StackError> {
        let what = self.what;
        let began = Instant::now();
        let mut progress = Progress::new(timeout, began);
        let log = self.log.clone();
        let is_over = |now| progress.is_over(size(&log), now);
        let outcome = poll_unless(is_over, || match self.check() {
            Err(ended) => Some(Err(ended)),
            Ok(()) => ready().then_some(Ok(())),
        });
        outcome.unwrap_or_else(|| {
            Err(StackError::NoAnswer {
                what,
                waited: began.elapsed(),
                log: self.log.clone(),
                tail: tail(&self.log),
            })
        })
    }

    /// An error that says how it ended, if it did.
    pub fn check(&mut self) -> Result<(), StackError> {
        if self.exited().is_some() { Err(self.ended()) } else { Ok(()) }
    }

    /// The error that says that it ended, with the end of its log.
    fn ended(&mut self) -> StackError {
        let status = self.exited().map_or("still running".to_owned(), |s| s.to_string());
        StackError::Ended { what: self.what, status, log: self.log.clone(), tail: tail(&self.log) }
    }
}

impl Drop for Managed {
    fn drop(&mut self) {
        // Reaps it. It cannot fail in a way that anything could be done about.
        let _ = self.kill();
    }
}
