//! A private Prometheus, Alertmanager and `mysqld_exporter`.

mod alertmanager;
mod answers;
mod api;
mod config;
mod exporter;
mod http;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub use alertmanager::Alertmanager;
pub use answers::{Alert, Exemplar, ExemplarSeries, Labels, Rule, RuleGroup, Series, Target};
pub use api::PrometheusApi;
pub use config::ScrapeTargets;
pub use exporter::MysqldExporter;
use http::Http;

use crate::data_dir::{Home, ServerOptions};
use crate::process::Port;
use crate::server::Server;
use crate::{Program, StackError};

const WHAT: &str = "Prometheus";

#[derive(Debug, Clone)]
pub struct PrometheusOptions {
    pub server: ServerOptions,
    /// Between two scrapes of a target, and between two evaluations of a rule whose group says
    /// nothing else.
    pub interval: Duration,
    pub targets: ScrapeTargets,
    /// Files with recording rules and alerts. The paths may have wildcards.
    pub rule_files: Vec<PathBuf>,
    /// The port of the Alertmanager that is sent the alerts.
    pub alertmanager: Option<u16>,
    pub flags: Vec<String>,
}

/// A Prometheus of our own, of any generation from 2.42 on, with the jobs of
/// `infra/prometheus/prometheus.yaml` and storage for exemplars.
pub type Prometheus = Server<Http<PrometheusApi>>;

impl Prometheus {
    pub fn start(program: &Program, options: &PrometheusOptions) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.server.data_dir.as_deref())?;
        let port = Port::choose(WHAT, options.server.port)?;
        let config = home.write("prometheus.yaml", &config::text(options, port.number())?)?;
        let mut command = program.command();
        add_argument(&mut command, "--config.file=", &config);
        add_argument(&mut command, "--storage.tsdb.path=", &home.private_folder("data")?);
        command.arg("--enable-feature=exemplar-storage").args(&options.flags);
        // Debian's packages have the pages of the web UI in a folder of the system.
        if let Some(pages) = program.beside("../share/prometheus/web") {
            add_argument(&mut command, "--web.local-assets=", &pages);
        }
        let api = PrometheusApi::local(port.number());
        Self::launch_http(home, port, command, "/-/ready", api)
    }

    pub fn api(&self) -> &PrometheusApi {
        &self.service.own
    }
}

fn add_argument(command: &mut Command, name: &str, path: &Path) {
    let mut argument = OsString::from(name);
    argument.push(path);
    command.arg(argument);
}
