//! A private Alertmanager.

use std::path::Path;

use super::{Http, add_argument};
use crate::data_dir::{Home, ServerOptions};
use crate::process::Port;
use crate::server::Server;
use crate::{Program, StackError};

const WHAT: &str = "Alertmanager";

/// An Alertmanager of our own, alone and not in a cluster.
pub type Alertmanager = Server<Http<Alerting>>;

#[derive(Debug)]
pub struct Alerting;

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
        command.arg("--cluster.listen-address=");
        Self::launch_http(home, port, command, "/-/ready", Alerting)
    }
}
