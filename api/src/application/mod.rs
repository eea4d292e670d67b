//! Putting the parts together, and taking them apart in order.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use registrar_messaging::{PublishSettings, Publisher};
use registrar_runtime::lifecycle::{ListenError, Stopped, Supervisor, listen};
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{
    DatabaseMetrics, DatabaseSettings, ImportKeys, ImportReader, LanePauses, PauseWatch, Pool,
    StatusReader,
};
use registrar_telemetry::admin::Admin;
use registrar_telemetry::metrics::{Metrics, MetricsError};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::docs::DocumentsError;
use crate::http::RateLimit;
use crate::metrics::http::HttpMetrics;
use crate::metrics::imports::ImportMetrics;
use crate::metrics::publisher::{ImportPublisherMetrics, PublisherMetrics};
use crate::middleware::Observe;
use crate::router::router;
use crate::server::Server;
use crate::settings::{ADDRESS_VARIABLE, Settings};
use crate::state::{Api, Servers};
use crate::status::Lookups;

pub(crate) const SERVICE: &str = "registrar-api";
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// On top of what a request may take: the confirm of the last one, and closing connections.
const GRACE: Duration = Duration::from_secs(5);
/// A status that takes longer is answered as "cannot be read now" anyway, so a look-up that hangs
/// should end soon and let the next one try.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// A broker that restarts is back within seconds; clients retry meanwhile.
const RECONNECT: RetryPolicy = RetryPolicy::new(Duration::from_millis(250), Duration::from_secs(5));

/// An API that has its ports but does not serve yet.
#[must_use = "it serves only when run"]
pub struct Application {
    address: SocketAddr,
    metrics_address: SocketAddr,
    tasks: Supervisor,
    deadline: Duration,
}

/// Why an API cannot start. The operator's fault, or a mistake in the program.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    #[error("the documentation cannot be made")]
    Documents(#[from] DocumentsError),
}

impl Application {
    /// Takes the ports and puts the parts together. Neither RabbitMQ nor MySQL need be there yet.
    pub async fn build(
        settings: Settings,
        shutdown: CancellationToken,
    ) -> Result<Self, StartError> {
        let metrics = Metrics::register_process_info(SERVICE, VERSION, &Handle::current())?;
        let (listener, address) = listen(settings.address, ADDRESS_VARIABLE).await?;
        let admin = Admin::new(metrics.clone()).listen(settings.metrics_address).await?;
        let metrics_address = admin.address();

        let mut tasks = Supervisor::new(shutdown.clone());
        let closing = CancellationToken::new();
        tasks.spawn("drain", drain(shutdown.clone(), settings.drain_delay, closing.clone()));
        tasks.spawn("admin", admin.run(closing.clone()));

        // The publisher stops last, when nothing publishes any more.
        let publisher_shutdown = CancellationToken::new();
        let publisher_metrics = PublisherMetrics::register(&metrics, &settings.publishing)?;
        let (import_publisher, import_publisher_tasks) = Publisher::start(
            &settings.messaging,
            "publish imports",
            for_imports(&settings.publishing),
            RECONNECT,
            Arc::new(ImportPublisherMetrics(publisher_metrics.clone())),
            &publisher_shutdown,
        );
        let (publisher, publisher_tasks) = Publisher::start(
            &settings.messaging,
            "publish",
            settings.publishing.clone(),
            RECONNECT,
            Arc::new(publisher_metrics),
            &publisher_shutdown,
        );
        for (number, task) in (1..).zip(publisher_tasks.into_iter().chain(import_publisher_tasks)) {
            tasks.spawn(format!("publisher {number}"), task);
        }

        let database_metrics = DatabaseMetrics::register(&metrics)?;
        let pool =
            Pool::new(&for_lookups(&settings.database)).watched_by(&database_metrics, "lookups")?;
        let (pauses, watching_pauses) = PauseWatch::new(LanePauses::new(pool.clone()));
        tasks.spawn("pauses of lanes", watching_pauses.run(closing.clone()));
        let (lookups, lookups_task) = Lookups::new(StatusReader::new(pool));
        tasks.spawn("look-ups", lookups_task.run());

        let rate_limit = settings.limits.rate().map(|(per_second, burst)| {
            let limit = Arc::new(RateLimit::new(per_second, burst));
            tasks.spawn("rate limit", Arc::clone(&limit).evict_idle(closing.clone()));
            limit
        });

        let observe = Observe::new(HttpMetrics::register(&metrics)?, &settings.trusted_proxies);
        // Apart from look-ups, so that importers never keep students waiting.
        let pool = Pool::new(&for_reading_imports(&settings.database))
            .watched_by(&database_metrics, "imports")?;
        let import_keys = ImportKeys::new(pool.clone());
        let import_reader = ImportReader::new(pool);
        let import_metrics = ImportMetrics::register(&metrics)?;
        let servers = Servers {
            publisher,
            import_publisher,
            lookups,
            pauses,
            import_keys,
            import_reader,
            import_metrics,
        };
        let api = Api::new(&settings, rate_limit, servers, shutdown.clone(), closing.clone());
        let router = router(&Arc::new(api), observe, &settings.cors_origins)?;
        let server = Server::new(listener, router, &settings.limits, shutdown);
        let answering = settings.limits.request_timeout;
        tasks.spawn("server", async move {
            server.run(closing, answering).await;
            publisher_shutdown.cancel();
        });
        let deadline = settings.drain_delay + answering + GRACE;
        Ok(Self { address, metrics_address, tasks, deadline })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where Prometheus finds its metrics.
    pub fn metrics_address(&self) -> SocketAddr {
        self.metrics_address
    }

    /// Serves until the shutdown and for the drain delay; then answers what was taken in, waits for
    /// the last confirms and ends.
    pub async fn run_until_stopped(self) -> Stopped {
        let (address, metrics_address) = (self.address, self.metrics_address);
        tracing::info!(%address, %metrics_address, "listening");
        self.tasks.run(self.deadline).await
    }
}

/// Load balancers learn from `/readyz` that they should send no more, but only some seconds later:
/// until then new connections are served as ever.
async fn drain(shutdown: CancellationToken, delay: Duration, closing: CancellationToken) {
    shutdown.cancelled().await;
    tracing::info!(?delay, "draining: not ready any more; the port closes after the delay");
    tokio::time::sleep(delay).await;
    closing.cancel();
}

/// A connection of their own, so that no registration stands behind a chunk, or waits for its confirm.
fn for_imports(publishing: &PublishSettings) -> PublishSettings {
    PublishSettings { publish_connections: NonZeroUsize::MIN, ..publishing.clone() }
}

/// One query is under way at a time; a second connection is for the one after a hung one.
fn for_lookups(database: &DatabaseSettings) -> DatabaseSettings {
    DatabaseSettings {
        connections: database.connections.min(2),
        connect_timeout: database.connect_timeout.min(LOOKUP_TIMEOUT),
        statement_timeout: database.statement_timeout.min(LOOKUP_TIMEOUT),
        ..database.clone()
    }
}

/// What look-ups leave of the connections: each upload, dry run, list and stream asks by itself.
fn for_reading_imports(database: &DatabaseSettings) -> DatabaseSettings {
    DatabaseSettings {
        connections: database.connections.saturating_sub(for_lookups(database).connections).max(1),
        connect_timeout: database.connect_timeout.min(LOOKUP_TIMEOUT),
        ..database.clone()
    }
}

#[cfg(test)]
mod tests;
