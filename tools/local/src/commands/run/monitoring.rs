//! Prometheus beside the stack, when it is on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use registrar_local::{
    Generation, MysqldExporter, PROMETHEUS, Program, Prometheus, PrometheusOptions, ScrapeTargets,
    ServerOptions, ServerPair, StackError, UnpackedTools, require_free,
};

use super::{API_METRICS_PORT, WORKER_METRICS_PORT};

const RULES: &str = include_str!("../../../../../infra/prometheus/registrar.rules.yaml");

const TOOLS: &str = ".local/tools";

/// Someone who watches wants to see soon what happened.
const INTERVAL: Duration = Duration::from_secs(5);

pub(crate) enum Monitoring {
    On(Box<Prometheus>, Box<Option<MysqldExporter>>),
    Off(String),
}

impl Monitoring {
    /// Starts a Prometheus that scrapes the whole stack, if there is a program and `port` is free: the
    /// system's own may run there.
    pub(crate) fn start(data_dir: &Path, port: u16, servers: &ServerPair) -> Result<Self> {
        let tools = UnpackedTools::at(TOOLS);
        let Some(program) = find(&tools) else {
            return Ok(Self::Off("not installed; get it with: scripts/tools metrics".to_owned()));
        };
        if let Err(StackError::PortTaken { .. }) = require_free("Prometheus", port) {
            return Ok(Self::Off(format!("not started, since port {port} is in use")));
        }
        let exporter = tools
            .mysqld_exporter()
            .ok()
            .map(|program| {
                MysqldExporter::start(&program, &ServerOptions::temporary(), &servers.database)
            })
            .transpose()?;
        let options = PrometheusOptions {
            server: ServerOptions::at(data_dir.join("prometheus"), port),
            interval: INTERVAL,
            targets: ScrapeTargets {
                api: vec![API_METRICS_PORT],
                worker: vec![WORKER_METRICS_PORT],
                rabbitmq: vec![servers.broker.metrics_port()],
                mysql: exporter.iter().map(MysqldExporter::port).collect(),
            },
            rule_files: vec![write_rules(data_dir)?],
            alertmanager: None,
            flags: Vec::new(),
        };
        let prometheus = Prometheus::start(&program, &options)?;
        Ok(Self::On(Box::new(prometheus), Box::new(exporter)))
    }

    pub(crate) fn description(&self) -> String {
        match self {
            Self::On(prometheus, _) => prometheus.api().url().to_owned(),
            Self::Off(reason) => reason.clone(),
        }
    }

    pub(crate) fn check(&mut self) -> Result<()> {
        if let Self::On(prometheus, exporter) = self {
            prometheus.check()?;
            exporter.as_mut().as_mut().map_or(Ok(()), MysqldExporter::check)?;
        }
        Ok(())
    }

    /// Lets it end by itself, with its files in order.
    pub(crate) fn stop(&mut self) -> Result<()> {
        if let Self::On(prometheus, _) = self {
            prometheus.stop()?;
        }
        Ok(())
    }
}

/// The system's, or else one that was unpacked: of Debian's packages, only those of Prometheus 2 have
/// pages to look at.
fn find(tools: &UnpackedTools) -> Option<Program> {
    let unpacked = [Generation::Two, Generation::Three];
    let unpacked = || unpacked.iter().find_map(|generation| tools.prometheus(*generation).ok());
    PROMETHEUS.find().ok().or_else(unpacked)
}

fn write_rules(data_dir: &Path) -> Result<PathBuf> {
    let path = data_dir.join("registrar.rules.yaml");
    fs::write(&path, RULES).with_context(|| format!("Could not write {}", path.display()))?;
    Ok(path)
}
