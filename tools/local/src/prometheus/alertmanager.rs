//! A private Alertmanager.

use std::path::{Path, PathBuf};

use super::{HttpServer, add_argument};
use crate::data_dir::{Home, Port, ServerOptions};
use crate::{Program, StackError};

const WHAT: &str = "Alertmanager";

/// An Alertmanager of our own on 127.0.0.1, alone and not in a cluster. It ends with this value, or
/// with this process.
#[derive(Debug)]
pub struct Alertmanager {
    server: HttpServer,
}

impl Alertmanager {
    /// Starts `program` with a configuration file and waits until it takes alerts.
    pub fn start(
        program: &Program,
        options: &ServerOptions,
        config: &Path,
    ) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.port)?;
        let mut command = program.command();
        add_argument(&mut command, "--config.file=", config);
        add_argument(&mut command, "--storage.path=", &home.private_folder("data")?);
        command
            .arg(format!("--web.listen-address=127.0.0.1:{}", port.number()))
            .arg("--cluster.listen-address=");
        let server = HttpServer::start(WHAT, home, port, &mut command, "/-/ready")?;
        Ok(Self { server })
    }

    /// Ends it at once: what it knows is kept in memory for the most part.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.server.kill()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The log file.
    pub fn log(&self) -> PathBuf {
        self.server.log()
    }

    /// An error that says how it ended, if it did.
    pub fn check(&mut self) -> Result<(), StackError> {
        self.server.check()
    }
}
