//! The traces, logs and metrics of the API and the worker, as a collector and Prometheus receive them.

mod absent_collector;
mod batches;
mod broker;
mod connections;
mod database;
mod exemplars;
mod groups;
mod imports;
mod journey;
mod log_lines;
mod metrics_at_start;
mod metrics_of_traffic;
mod oldest_waiting;
mod open_metrics;
mod other_collector;
mod outcomes;
mod privacy;
mod redeliveries;
mod retries;
mod sampling;
mod variables;

use registrar_domain::RegistrationId;
use registrar_tests::api::{Api, id_of};
use registrar_tests::collector::{Collector, Span};
use registrar_tests::exposition::Exposition;
use registrar_tests::trace_tree::TraceTree;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use self::database::Database;
use crate::end_to_end::Home;

const SEND: &str = "send registrations:interactive";
const PROCESS: &str = "process registrations:interactive:registrations.interactive";
const INSERT: &str = "db_insert_student";
const BATCH: &str = "registration.batch";

/// A database and a virtual host, and a collector to which everything is exported soon.
struct Observed {
    home: Home,
    collector: Collector,
}

impl Observed {
    async fn new() -> Self {
        Self { home: Home::new().await, collector: Collector::start().await }
    }

    async fn api(&self) -> Api {
        self.api_with(&[]).await
    }

    async fn api_with(&self, settings: &[(&str, &str)]) -> Api {
        let endpoint = self.collector.endpoint();
        Api::start_with(&self.home.servers, &[&exporting(&endpoint), settings].concat()).await
    }

    async fn worker(&self) -> Worker {
        self.worker_with(&[]).await
    }

    async fn worker_with(&self, settings: &[(&str, &str)]) -> Worker {
        let endpoint = self.collector.endpoint();
        Worker::start_with(&self.home.servers, &[&exporting(&endpoint), settings].concat()).await
    }

    async fn database(&self) -> Database {
        Database::new(&self.home.servers.database_url).await
    }

    /// The whole trace of a registration that was delivered so many times.
    async fn journey(&self, reference: &str, deliveries: usize) -> TraceTree {
        let id = id_of(reference);
        let what = format!("the trace of {id} is exported with {deliveries} deliveries");
        self.collector.until(&what, |spans| whole_journey(spans, id, deliveries)).await
    }

    /// The span of the batch in which the message of this `process` span was, once it is exported.
    async fn batch_of(&self, process: &Span) -> Span {
        let context = &process.links[0];
        let is_it = |span: &&Span| span.context() == *context;
        let what = "the batch's span is exported";
        self.collector.until(what, |spans| spans.iter().find(is_it).cloned()).await
    }
}

/// A span ends before its parent, so the last to be exported are the request's and the messages'.
fn whole_journey(spans: &[Span], id: RegistrationId, deliveries: usize) -> Option<TraceTree> {
    let id = id.to_string();
    let is_sending =
        |span: &&Span| span.name == SEND && span.attribute("messaging.message.id") == id;
    let trace_id = &spans.iter().find(is_sending)?.trace_id;
    let trace = spans.iter().filter(|span| span.trace_id == *trace_id);
    let tree = TraceTree::new(trace.cloned().collect());
    let is_whole = tree.named("POST /register").len() == 1
        && tree.spans().filter(|span| span.name.starts_with("process ")).count() == deliveries;
    is_whole.then_some(tree)
}

/// A client on this machine may say which trace its requests are part of.
const TRUSTING: (&str, &str) = ("REGISTRAR_TRUSTED_PROXIES", "127.0.0.0/8");

/// Settings of a worker whose batches wait until they have so many registrations.
fn together(rows: &str) -> [(&'static str, &str); 3] {
    [
        ("REGISTRAR_INTERACTIVE_WRITERS", "1"),
        ("REGISTRAR_BATCH_ROWS", rows),
        ("REGISTRAR_BATCH_LINGER", "1h"),
    ]
}

/// Settings of a process that exports at once, where the default is every few seconds.
fn exporting(endpoint: &str) -> [(&'static str, &str); 3] {
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "50"),
    ]
}

/// Waits until a worker shows this value.
async fn shows(worker: &Worker, series: &str, value: f64) {
    wait::until(&format!("{series} is {value}"), async || {
        let shown = Exposition::parse(&worker.metrics().await);
        (shown.value(series) == Some(value)).then_some(())
    })
    .await;
}
