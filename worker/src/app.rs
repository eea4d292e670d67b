//! Builds the worker from its settings and runs it until it is stopped.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use registrar_domain::Lane;
use registrar_ledger::SnapshotReader;
use registrar_messaging::Envelope;
use registrar_runtime::lifecycle::{Supervisor, shutdown_on_signals};
use registrar_runtime::retry::RetryPolicy;
use registrar_runtime::{config, lifecycle, output};
use registrar_storage::{
    DatabaseMetrics, LanePauses, MySqlStore, PauseWatch, Pool, RegistrationStore,
};
use registrar_telemetry::admin::{Admin, Health};
use registrar_telemetry::metrics::Metrics;
use tokio::runtime::Handle;

use crate::batcher::BatchLimits;
use crate::consumer::Consumer;
use crate::imports::{mark_broken_off, purge};
use crate::item::Decode;
use crate::ledger::{Auditor, Recorder, ReportConsumer};
use crate::observe::held_gauge;
use crate::observe::metrics::WorkerMetrics;
use crate::observe::oldest_waiting::QueueCounter;
use crate::processor::Processor;
use crate::readiness::Readiness;
use crate::settings::{Healthcheck, Settings};
use crate::source::Source;
use crate::split::Splitter;

const SERVICE: &str = "registrar-worker";
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// A first retry almost at once, for a deadlock or a connection that was just closed; then slower,
/// so that a server that comes back is not trampled.
const STORE_RETRY: RetryPolicy =
    RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(5));
const RECONNECT: RetryPolicy = RetryPolicy::new(Duration::from_millis(200), Duration::from_secs(5));
/// Soon again, since batches wait for it.
const RECORD_RETRY: RetryPolicy =
    RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(1));
/// The delivery limit is 20: at this cap a message wears it out in about an hour.
const RESUME: RetryPolicy = RetryPolicy::new(Duration::from_secs(1), Duration::from_mins(5));

/// Runs the worker of this process, or asks another one how it is.
pub fn main() -> ExitCode {
    if lifecycle::is_healthcheck() {
        let settings = config::parse::<Healthcheck>();
        return output::exit_code(lifecycle::healthcheck(settings.metrics_address));
    }
    main_with(|store| store, Envelope::decode)
}

/// Runs the worker of this process with a store around the usual one and another way to read
/// messages, as fault tests need.
pub fn main_with<S>(wrap: impl FnOnce(MySqlStore) -> S, decode: Decode) -> ExitCode
where
    S: RegistrationStore + 'static,
{
    let settings = config::parse::<Settings>();
    let result = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("The operating system does not let the worker start its threads")
        .and_then(|runtime| runtime.block_on(run(settings, wrap, decode)));
    registrar_telemetry::flush_log();
    result.unwrap_or_else(|error| {
        output::print_last_words(format_args!("{error:#}"));
        ExitCode::FAILURE
    })
}

async fn run<S>(
    settings: Settings,
    wrap: impl FnOnce(MySqlStore) -> S,
    decode: Decode,
) -> anyhow::Result<ExitCode>
where
    S: RegistrationStore + 'static,
{
    let telemetry = registrar_telemetry::init(SERVICE, VERSION, &settings.telemetry)?;
    let shutdown = shutdown_on_signals(registrar_telemetry::flush_log)?;
    let mut supervisor = Supervisor::new(shutdown.clone());
    let metrics = Metrics::register_process_info(SERVICE, VERSION, &Handle::current())?;
    let worker_metrics = Arc::new(WorkerMetrics::register(&metrics)?);
    let pool = Pool::new(&settings.database)
        .watched_by(&DatabaseMetrics::register(&metrics)?, "worker")?;
    let mysql = MySqlStore::new(pool.clone());
    let (pauses, watching_pauses) = PauseWatch::new(LanePauses::new(pool.clone()));
    WorkerMetrics::show_pauses(&metrics, &pauses)?;
    supervisor.spawn("pauses of lanes", watching_pauses.run(shutdown.clone()));
    let sources = [
        (Source::lane(Lane::Interactive), settings.interactive_writers),
        (Source::lane(Lane::Bulk), settings.bulk_writers),
        (Source::dead_letters(), 1),
        (Source::unrouted(), 1),
    ];
    let readiness = Readiness::starting(sources.map(|(source, _)| source.name));
    let ready = {
        let readiness = readiness.clone();
        move || readiness.health()
    };
    let admin = Admin::new(metrics).with_health(|| Health::Well, ready);
    let admin = admin.listen(settings.metrics_address).await?;
    tracing::info!(metrics_address = %admin.address(), "listening");
    supervisor.spawn("admin", admin.run(shutdown.clone()));
    supervisor.spawn(
        "held dead letters",
        held_gauge::watch(mysql.clone(), Arc::clone(&worker_metrics), shutdown.clone()),
    );
    supervisor.spawn("old imports", purge(mysql.clone(), shutdown.clone()));
    supervisor.spawn(
        "uploads that broke off",
        mark_broken_off(mysql.clone(), settings.messaging.clone(), shutdown.clone()),
    );
    let statements = ReportConsumer {
        messaging: settings.messaging.clone(),
        store: mysql.clone(),
        retry: RECONNECT,
    };
    supervisor.spawn("ledger statements", statements.run(shutdown.clone()));
    let queue_counter = QueueCounter::new(settings.messaging.clone(), Arc::clone(&worker_metrics));
    supervisor.spawn("queue counts", queue_counter.run(shutdown.clone()));
    let reader = SnapshotReader::new(mysql.clone(), settings.messaging.clone());
    let of_ledger = mysql.clone();
    let store = Arc::new(wrap(mysql));
    let (ledger, recording) = Recorder::new(Arc::clone(&store), RECORD_RETRY, readiness.clone());
    supervisor.spawn("ledger records", recording.run());
    let watch = Auditor {
        reader,
        store: of_ledger,
        outage: ledger.outage(),
        metrics: Arc::clone(&worker_metrics),
    };
    supervisor.spawn("ledger", watch.run(shutdown.clone()));
    for (source, processors) in sources {
        let limits =
            BatchLimits { rows: usize::from(settings.batch_rows), linger: settings.batch_linger };
        let consumption = Consumer {
            messaging: settings.messaging.clone(),
            processors,
            batch_rows: settings.batch_rows,
            processor: Arc::new(Processor {
                source,
                store: Arc::clone(&store),
                ledger: ledger.clone(),
                splitter: Splitter::connecting_to(settings.messaging.clone(), RECONNECT),
                decode,
                limits,
                retry: STORE_RETRY,
                requeue_after: settings.requeue_after,
                metrics: Arc::clone(&worker_metrics),
            }),
            reconnect: RECONNECT,
            resume: RESUME,
            readiness: readiness.clone(),
            pauses: pauses.clone(),
        };
        supervisor.spawn(source.queue, consumption.run(shutdown.clone()));
    }
    // What is settled is recorded until the last processor has ended.
    drop(ledger);
    let stopped = supervisor.run(settings.shutdown_timeout).await;
    pool.close().await;
    telemetry.shutdown().await;
    Ok(stopped.exit_code())
}
