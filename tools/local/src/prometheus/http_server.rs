//! What the three programs have in common: each serves HTTP on one port and says when it is ready.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use ureq::Agent;

use crate::StackError;
use crate::data_dir::{Home, Port};
use crate::process::Managed;

const START_TIMEOUT: Duration = Duration::from_mins(1);
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A process on 127.0.0.1. It ends with this value, or with this process.
#[derive(Debug)]
pub(super) struct HttpServer {
    // Before `home`, whose keeper ends whatever is left.
    process: Managed,
    port: Port,
    home: Home,
}

impl HttpServer {
    /// Starts the process and waits until the page at `ready` is answered, and by this process: the
    /// port was free, and it runs.
    pub(super) fn start(
        what: &'static str,
        home: Home,
        port: Port,
        command: &mut Command,
        ready: &str,
    ) -> Result<Self, StackError> {
        let process = home.spawn(what, command)?;
        let url = format!("http://127.0.0.1:{}{ready}", port.number());
        let mut server = Self { process, port, home };
        let agent: Agent =
            Agent::config_builder().timeout_global(Some(PROBE_TIMEOUT)).proxy(None).build().into();
        server.process.wait_ready(START_TIMEOUT, || agent.get(&url).call().is_ok())?;
        Ok(server)
    }

    pub(super) fn stop(&mut self) -> Result<(), StackError> {
        self.process.stop(STOP_TIMEOUT).map(drop)
    }

    pub(super) fn kill(&mut self) -> Result<(), StackError> {
        self.process.kill()
    }

    pub(super) fn check(&mut self) -> Result<(), StackError> {
        self.process.check()
    }

    pub(super) fn port(&self) -> u16 {
        self.port.number()
    }

    pub(super) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(super) fn log(&self) -> PathBuf {
        self.home.log()
    }
}
