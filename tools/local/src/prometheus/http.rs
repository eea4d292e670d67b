//! What the three programs have in common: each serves HTTP on one port and says when it is ready.

use std::process::Command;
use std::time::Duration;

use ureq::Agent;

use crate::StackError;
use crate::data_dir::Home;
use crate::process::Port;
use crate::server::{Server, Service};

const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// A program that is ready when it answers at a page.
#[derive(Debug)]
pub struct Http<T> {
    agent: Agent,
    ready: String,
    port: Port,
    pub(super) own: T,
}

impl<T> Service for Http<T> {
    fn port(&self) -> u16 {
        self.port.number()
    }

    fn answers(&self) -> bool {
        self.agent.get(&self.ready).call().is_ok()
    }
}

impl<T> Server<Http<T>> {
    /// Starts it and waits until the page at `ready` is answered, and by this process: the port was
    /// free, and it runs.
    pub(super) fn launch_http(
        home: Home,
        port: Port,
        mut command: Command,
        ready: &str,
        own: T,
    ) -> Result<Self, StackError> {
        command.arg(format!("--web.listen-address=127.0.0.1:{}", port.number()));
        let ready = format!("http://127.0.0.1:{}{ready}", port.number());
        let config = Agent::config_builder().timeout_global(Some(PROBE_TIMEOUT)).proxy(None);
        let agent = config.build().new_agent();
        Self::launch(home, command, Http { agent, ready, port, own })
    }
}
