//! Workers under test.

use reqwest::StatusCode;
use serde_json::Value;

use crate::exposition::counted;
use crate::pipe_reading::PipeReading;
use crate::program::Program;
use crate::servers::Servers;
use crate::wait;

/// Two lanes, unroutable messages, and dead-lettered ones.
const QUEUES: usize = 4;

/// A running worker.
#[derive(Debug)]
pub struct Worker {
    /// Its process.
    pub program: Program,
    /// Where its metrics, `/livez` and `/readyz` are, like `http://127.0.0.1:9101`.
    pub admin_url: String,
}

impl Worker {
    /// Starts a worker that is ready.
    pub async fn start(servers: &Servers) -> Self {
        Self::start_with(servers, &[]).await
    }

    /// Starts a worker with more settings and waits until it is ready.
    pub async fn start_with(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        let worker = Self::begin(servers, settings).await;
        worker.ready().await;
        worker
    }

    /// Starts a worker that need not become ready.
    pub async fn begin(servers: &Servers, settings: &[(&str, &str)]) -> Self {
        Self::begin_program("worker-under-test", servers, settings).await
    }

    /// Starts a worker that may die before its log says where it listens: what a thread of its own
    /// writes later is lost with it.
    pub fn launch(servers: &Servers, settings: &[(&str, &str)]) -> Program {
        Program::start("worker-under-test", &Self::environment(servers, settings))
    }

    /// Starts a build of the worker, which need not become ready.
    pub async fn begin_program(
        program: &'static str,
        servers: &Servers,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::from_program(Program::start(program, &Self::environment(servers, settings))).await
    }

    /// As [`Self::begin_program`], with a tool such as valgrind: its command line.
    pub async fn begin_below(
        tool: &[String],
        program: &'static str,
        servers: &Servers,
        settings: &[(&str, &str)],
    ) -> Self {
        let environment = Self::environment(servers, settings);
        Self::from_program(Program::start_below(tool, program, &environment)).await
    }

    /// Starts a worker whose output goes through a pipe.
    pub async fn begin_piped(servers: &Servers, settings: &[(&str, &str)]) -> (Self, PipeReading) {
        let environment = Self::environment(servers, settings);
        let (program, reading) = Program::start_piped("worker-under-test", &environment);
        (Self::from_program(program).await, reading)
    }

    fn environment<'a>(servers: &Servers, settings: &[(&'a str, &str)]) -> Vec<(&'a str, String)> {
        let mut environment = vec![
            ("DATABASE_URL", servers.database_url.clone()),
            ("AMQP_URL", servers.amqp_url.clone()),
            ("REGISTRAR_METRICS_ADDRESS", "127.0.0.1:0".to_owned()),
        ];
        environment.extend(settings.iter().map(|&(name, value)| (name, value.to_owned())));
        environment
    }

    async fn from_program(mut program: Program) -> Self {
        let listening = program.logged("listening").await;
        let admin_url = format!("http://{}", listening["metrics_address"].as_str().unwrap());
        Self { program, admin_url }
    }

    /// Waits until it consumes all its queues.
    pub async fn ready(&self) {
        let url = format!("{}/readyz", self.admin_url);
        wait::until("the worker is ready", async || {
            let response = reqwest::get(&url).await.ok()?;
            (response.status() == StatusCode::OK).then_some(())
        })
        .await;
    }

    /// What `/readyz` says: whether it works, and the reasons why not.
    pub async fn readiness(&self) -> (StatusCode, Vec<String>) {
        let response = reqwest::get(format!("{}/readyz", self.admin_url)).await.unwrap();
        let status = response.status();
        let body: Value = response.json().await.unwrap();
        (status, serde_json::from_value(body["reasons"].clone()).unwrap())
    }

    /// Waits until `/readyz` is 503 and gives this reason for each of its queues.
    pub async fn waits_for(&self, reason: &str) {
        wait::until(&format!("all queues wait: {reason}"), async || {
            let (status, reasons) = self.readiness().await;
            let all = reasons.len() == QUEUES && reasons.iter().all(|one| one.contains(reason));
            (status == StatusCode::SERVICE_UNAVAILABLE && all).then_some(())
        })
        .await;
    }

    /// What `/metrics` says.
    pub async fn metrics(&self) -> String {
        reqwest::get(format!("{}/metrics", self.admin_url)).await.unwrap().text().await.unwrap()
    }

    /// Waits until a metric has this value: the worker counts what it stored a moment after it did.
    pub async fn counts(&self, name: &str, value: usize) {
        wait::until(&format!("{name} is {value}"), async || {
            (self.counted(name).await == value).then_some(())
        })
        .await;
    }

    /// The sum of the samples whose name and labels begin like this.
    pub async fn counted(&self, name: &str) -> usize {
        counted(&self.metrics().await, name)
    }
}
