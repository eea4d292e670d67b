//! A private Prometheus, Alertmanager and `mysqld_exporter`.

mod alertmanager;
mod answers;
mod api;
mod config;
mod exporter;
mod http_server;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use alertmanager::Alertmanager;
pub use answers::{Alert, Exemplar, ExemplarSeries, Labels, Rule, RuleGroup, Series, Target};
pub use api::PrometheusApi;
pub use config::ScrapeTargets;
pub use exporter::MysqldExporter;
use http_server::HttpServer;

use crate::data_dir::{Home, Port, ServerOptions};
use crate::{Program, StackError};

const WHAT: &str = "Prometheus";

/// What a Prometheus scrapes and evaluates, and how often.
#[derive(Debug, Clone)]
pub struct PrometheusOptions {
    /// Its data folder and port.
    pub server: ServerOptions,
    /// Between two scrapes of a target, and between two evaluations of a rule whose group says
    /// nothing else.
    pub interval: Duration,
    /// Whose metrics it collects, besides its own.
    pub targets: ScrapeTargets,
    /// Files with recording rules and alerts. The paths may have wildcards.
    pub rule_files: Vec<PathBuf>,
    /// The port of the Alertmanager that is sent the alerts.
    pub alertmanager: Option<u16>,
    /// More flags of its command line.
    pub flags: Vec<String>,
}

/// A Prometheus of our own on 127.0.0.1, of any generation from 2.42 on, with the jobs of
/// `infra/prometheus/prometheus.yaml` and storage for exemplars. It ends with this value, or with this
/// process.
#[derive(Debug)]
pub struct Prometheus {
    server: HttpServer,
    api: PrometheusApi,
}

impl Prometheus {
    /// Starts `program` and waits until it answers queries.
    pub fn start(program: &Program, options: &PrometheusOptions) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.server.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.server.port)?;
        let config = home.write("prometheus.yaml", &config::text(options, port.number())?)?;
        let mut command = program.command();
        add_argument(&mut command, "--config.file=", &config);
        add_argument(&mut command, "--storage.tsdb.path=", &home.private_folder("data")?);
        command
            .arg(format!("--web.listen-address=127.0.0.1:{}", port.number()))
            .arg("--enable-feature=exemplar-storage")
            .args(&options.flags);
        // Debian's packages have the pages of the web UI in a folder of the system.
        if let Some(pages) = program.beside("../share/prometheus/web") {
            add_argument(&mut command, "--web.local-assets=", &pages);
        }
        let api = PrometheusApi::local(port.number());
        let server = HttpServer::start(WHAT, home, port, &mut command, "/-/ready")?;
        Ok(Self { server, api })
    }

    /// Its HTTP API.
    pub fn api(&self) -> &PrometheusApi {
        &self.api
    }

    /// Lets it end by itself, with its files in order.
    pub fn stop(&mut self) -> Result<(), StackError> {
        self.server.stop()
    }

    /// Ends it at once.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.server.kill()
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.server.port()
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.server.pid()
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

/// `--name=` and a path as one argument.
fn add_argument(command: &mut Command, name: &str, path: &Path) {
    let mut argument = OsString::from(name);
    argument.push(path);
    command.arg(argument);
}
