//! An API, a worker and what watches them, for one drill.

use std::time::Duration;

use registrar_local::ScrapeTargets;
use registrar_tests::api::Api;
use registrar_tests::command;
use registrar_tests::load::Load;
use registrar_tests::oracle::Oracle;
use registrar_tests::pipe_reading::PipeReading;
use registrar_tests::proxy::Proxy;
use registrar_tests::servers::Servers;
use registrar_tests::worker::Worker;
use tokio::sync::MutexGuard;

use super::servers::{SharedServers, shared};

/// Some dozens of registrations a second: more than what rules need to count, and little enough to leave
/// two processors some time for what watches.
const CLIENTS: usize = 1;

/// Far longer than what a program does before it ends.
const STOP: Duration = Duration::from_secs(40);

/// Variables of programs.
pub(crate) type Settings = &'static [(&'static str, &'static str)];

/// The installation of a drill. Programs keep their ports when they are started again.
pub(crate) struct Stage {
    pub(crate) api: Api,
    pub(crate) worker: Worker,
    pub(crate) servers: Servers,
    pub(crate) oracle: Oracle,
    settings: [Settings; 2],
    /// Ends after the programs.
    pub(crate) shared: MutexGuard<'static, SharedServers>,
}

impl Stage {
    /// With these settings of the API and the worker.
    pub(crate) async fn set(alert: &str, settings: [Settings; 2]) -> Self {
        let shared = shared().await;
        let servers = shared.emptied_for(alert).await;
        let oracle = Oracle::new(&servers.database_url);
        let api = Api::start_with(&servers, settings[0]).await;
        let worker = Worker::start_with(&servers, settings[1]).await;
        Self { api, worker, servers, oracle, settings, shared }
    }

    /// Where their metrics are.
    pub(crate) fn targets(&self) -> ScrapeTargets {
        ScrapeTargets {
            api: vec![port(&self.api.admin_url)],
            worker: vec![port(&self.worker.admin_url)],
            rabbitmq: vec![self.shared.pair.broker.metrics_port()],
            mysql: vec![self.shared.exporter.port()],
        }
    }

    /// Students who register one after the other.
    pub(crate) fn load(&self) -> Load {
        Load::start(&self.api.url, CLIENTS)
    }

    /// Ends the worker as an orchestrator does.
    pub(crate) fn stop_worker(&mut self) {
        assert!(self.worker.program.stop(STOP), "{}", self.worker.program.log());
    }

    /// Starts a worker again, after the one of before has ended.
    pub(crate) async fn start_worker(&mut self) {
        self.start_worker_with(&[]).await;
    }

    /// As [`Self::start_worker`], with more settings.
    pub(crate) async fn start_worker_with(&mut self, more: &[(&str, &str)]) {
        let address = address(&self.worker.admin_url);
        let same = [("REGISTRAR_METRICS_ADDRESS", address.as_str())];
        let settings = [self.settings[1], &same, more].concat();
        self.worker = Worker::start_with(&self.servers, &settings).await;
    }

    /// Starts the worker again with its output in a pipe, whose reader can stop to read.
    pub(crate) async fn pipe_worker(&mut self) -> PipeReading {
        self.stop_worker();
        let address = address(&self.worker.admin_url);
        let same = [("REGISTRAR_METRICS_ADDRESS", address.as_str())];
        let settings = [self.settings[1], &same].concat();
        let (worker, reading) = Worker::begin_piped(&self.servers, &settings).await;
        worker.ready().await;
        self.worker = worker;
        reading
    }

    /// Starts the worker again with a proxy before MySQL, in which the drill decides what arrives.
    pub(crate) async fn put_a_proxy_before_mysql(&mut self) -> Proxy {
        let proxy = Proxy::to(&self.servers.database_url).await;
        self.stop_worker();
        self.servers.database_url = proxy.url(&self.servers.database_url);
        self.start_worker().await;
        proxy
    }

    /// Ends the API as an orchestrator does.
    pub(crate) fn stop_api(&mut self) {
        assert!(self.api.program.stop(STOP), "{}", self.api.program.log());
    }

    /// Starts an API again, after the one of before has ended.
    pub(crate) async fn start_api(&mut self) {
        self.start_api_with(&[]).await;
    }

    /// As [`Self::start_api`], with more settings.
    pub(crate) async fn start_api_with(&mut self, more: &[(&str, &str)]) {
        let (url, metrics) = (address(&self.api.url), address(&self.api.admin_url));
        let same = [
            ("REGISTRAR_API_ADDRESS", url.as_str()),
            ("REGISTRAR_METRICS_ADDRESS", metrics.as_str()),
        ];
        let settings = [self.settings[0], &same, more].concat();
        self.api = Api::start_with(&self.servers, &settings).await;
    }

    /// Ends the load, and waits until each registration that was accepted has an outcome.
    pub(crate) async fn nothing_is_lost(&self, load: Load) {
        let answers = load.stop().await;
        let tally = self.oracle.all_decided(&answers.accepted).await;
        assert_eq!((tally.lost, tally.doubled), (0, 0), "{tally}");
    }

    /// Runs the command `registrar`, as an operator does; it must succeed.
    pub(crate) async fn registrar(&self, arguments: &[&str]) -> String {
        let management = self.shared.pair.broker.management().http_url();
        let settings = [
            ("DATABASE_URL", self.servers.database_url.as_str()),
            ("AMQP_URL", &self.servers.amqp_url),
            ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", &management),
            ("REGISTRAR_API_URL", &self.api.url),
            ("USER", "olga"),
        ];
        let ended = command::run("registrar-under-test", arguments, &settings).await;
        println!("$ registrar {}\n{}{}", arguments.join(" "), ended.stdout, ended.stderr);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.stdout
    }
}

fn address(url: &str) -> String {
    url.trim_start_matches("http://").to_owned()
}

fn port(url: &str) -> u16 {
    url.rsplit(':').next().unwrap().parse().unwrap()
}
