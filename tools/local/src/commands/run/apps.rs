//! The API and the worker.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use registrar_local::output::print_line;
use registrar_local::{Keeper, Managed};
use ureq::Agent;

use super::programs::Programs;
use crate::interrupt::Interrupt;

const API_READY: &str = "http://127.0.0.1:5000/readyz";
const WORKER_READY: &str = "http://127.0.0.1:9101/readyz";

const START_TIMEOUT: Duration = Duration::from_secs(30);
/// Longer than either takes to settle what it has in hand.
const STOP_TIMEOUT: Duration = Duration::from_secs(40);
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Both, with a keeper: they end with this value, or with this process.
pub(crate) struct Apps {
    api: Managed,
    worker: Managed,
    _keeper: Keeper,
}

impl Apps {
    /// Starts both, each with a new log file in `logs`.
    pub(crate) fn start(
        programs: &Programs,
        environment: &[(String, String)],
        logs: &Path,
    ) -> Result<Self> {
        fs::create_dir_all(logs).with_context(|| format!("Could not create {}", logs.display()))?;
        let keeper = Keeper::start(None)?;
        let start = |what, program: &Path, log: &str| -> Result<Managed> {
            let log = logs.join(log);
            fs::write(&log, "").with_context(|| format!("Could not write {}", log.display()))?;
            let mut command = Command::new(program);
            command.envs(environment.iter().map(|(name, value)| (name, value)));
            Ok(Managed::spawn(what, &mut command, Stdio::null(), &log, &keeper)?)
        };
        let worker = start("The worker", &programs.worker, "worker.log")?;
        let api = start("The API", &programs.api, "api.log")?;
        Ok(Self { api, worker, _keeper: keeper })
    }

    /// Waits until both say that they are ready. Returns early when interrupted.
    pub(crate) fn wait_ready(&mut self, interrupt: &Interrupt) -> Result<()> {
        let agent: Agent =
            Agent::config_builder().timeout_global(Some(PROBE_TIMEOUT)).proxy(None).build().into();
        for (app, url) in [(&mut self.worker, WORKER_READY), (&mut self.api, API_READY)] {
            app.wait_ready(START_TIMEOUT, || interrupt.is_set() || agent.get(url).call().is_ok())?;
        }
        Ok(())
    }

    pub(crate) fn check(&mut self) -> Result<()> {
        self.api.check()?;
        Ok(self.worker.check()?)
    }

    /// The API first, so that nothing new comes in while the worker settles what it has.
    pub(crate) fn stop(&mut self) -> Result<()> {
        for (app, name) in [(&mut self.api, "API"), (&mut self.worker, "worker")] {
            if !app.stop(STOP_TIMEOUT)? {
                print_line(format_args!("The {name} did not stop by itself; it was killed."));
            }
        }
        Ok(())
    }
}
