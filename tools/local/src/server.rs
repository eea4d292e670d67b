//! What all kinds of servers have in common.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::StackError;
use crate::data_dir::Home;
use crate::process::Managed;

/// Starting takes some seconds; recovering after a kill on a busy machine takes longer.
const START_TIMEOUT: Duration = Duration::from_mins(2);
/// RabbitMQ takes about six seconds, most of it for closing the management listeners.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);

pub trait Service {
    fn port(&self) -> u16;

    /// Whether it works, as asked again and again while it starts.
    fn answers(&self) -> bool;
}

/// A server of our own on 127.0.0.1. It ends with this value, or with this process.
#[derive(Debug)]
pub struct Server<S> {
    // Before `home`, whose keeper ends whatever is left.
    process: Managed,
    command: Command,
    pub(crate) service: S,
    home: Home,
}

impl<S: Service> Server<S> {
    pub(crate) fn launch(home: Home, mut command: Command, service: S) -> Result<Self, StackError> {
        let process = home.spawn(&mut command)?;
        let mut server = Self { process, command, service, home };
        server.wait_ready()?;
        Ok(server)
    }

    /// Starts it again, unless it runs, on its ports and data after [`Self::kill`] or [`Self::stop`].
    pub fn start_again(&mut self) -> Result<(), StackError> {
        if self.check().is_ok() {
            return Ok(());
        }
        self.process = self.home.spawn(&mut self.command)?;
        self.wait_ready()
    }

    pub fn restart(&mut self) -> Result<(), StackError> {
        self.stop()?;
        self.start_again()
    }

    /// Lets it end by itself, with its files in order.
    pub fn stop(&mut self) -> Result<(), StackError> {
        self.process.stop(STOP_TIMEOUT).map(drop)
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.process.kill()
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn pause(&self) -> Result<(), StackError> {
        self.process.pause()
    }

    pub fn resume(&self) -> Result<(), StackError> {
        self.process.resume()
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub fn port(&self) -> u16 {
        self.service.port()
    }

    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// An error that says how it ended, if it did.
    pub fn check(&mut self) -> Result<(), StackError> {
        self.process.check()
    }

    fn wait_ready(&mut self) -> Result<(), StackError> {
        self.process.wait_ready(START_TIMEOUT, || self.service.answers())
    }
}
