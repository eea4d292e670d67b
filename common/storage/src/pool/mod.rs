mod guard;
mod metrics;
pub(crate) mod session;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use opentelemetry_semantic_conventions::attribute::{
    DB_NAMESPACE, DB_SYSTEM_NAME, ERROR_TYPE, SERVER_ADDRESS, SERVER_PORT,
};
use registrar_telemetry::metrics::MetricsError;
use sqlx::mysql::{MySql, MySqlPool, MySqlPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Executor as _};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use self::guard::ConnectionGuard;
pub use self::metrics::DatabaseMetrics;
use self::metrics::PoolMetrics;
use crate::error::{Failure, StorageError};
use crate::settings::DatabaseSettings;

/// Statements per connection that stay prepared. Preparing one costs some 40 ms over TCP, and all
/// texts of this module together are fewer than 200.
const STATEMENT_CACHE: usize = 220;

/// Strict, so that a value that does not fit is refused, not cut; and the shortest waits for a row's
/// lock and for a table that is being altered: a batch that meets a locked row waits some times until
/// that row is found (`outcomes/insert.rs`), and each wait ends before we hang up.
/// The isolation level is a statement of its own since MySQL and MariaDB name its variable
/// differently.
const PREPARE_CONNECTION: &str = "SET SESSION sql_mode = 'TRADITIONAL', \
     innodb_lock_wait_timeout = 1, lock_wait_timeout = 1; \
     SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

/// So long after an answer a connection is used without a ping: what cuts it off meanwhile shows as
/// the next statement's own error, which is tried again.
pub(crate) const TRUSTED_FOR: Duration = Duration::from_millis(100);

/// Connections to MySQL, opened when they are needed. Clones share them.
#[derive(Clone)]
pub struct Pool {
    connections: MySqlPool,
    idle: Arc<Idle>,
    settings: Arc<DatabaseSettings>,
    metrics: Option<Arc<PoolMetrics>>,
}

/// Connections that no statement runs on, the last used on top, with their prepared statements. sqlx
/// pings a connection before and after each use and hands them out in turn, which are two round trips
/// and as many preparations as there are connections.
#[derive(Default)]
struct Idle {
    connections: Mutex<Vec<(ConnectionGuard, Instant)>>,
    /// There is one more.
    returned: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConnections {
    /// Those that carry a statement.
    pub in_use: usize,
    pub idle: usize,
}

impl Pool {
    /// A pool for the database of `settings`; opens nothing yet. Needs a Tokio runtime.
    pub fn new(settings: &DatabaseSettings) -> Self {
        let options = settings.url.options().clone().statement_cache_capacity(STATEMENT_CACHE);
        let connections = MySqlPoolOptions::new()
            .max_connections(settings.connections)
            .acquire_timeout(settings.connect_timeout)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(PREPARE_CONNECTION).await.map(drop) })
            })
            .connect_lazy_with(options);
        Self {
            connections,
            idle: Arc::default(),
            settings: Arc::new(settings.clone()),
            metrics: None,
        }
    }

    /// Shows the pool under this name: its connections, every wait for one, and every error of MySQL
    /// or of the way to it.
    pub fn watched_by(
        self,
        metrics: &DatabaseMetrics,
        name: &'static str,
    ) -> Result<Self, MetricsError> {
        let watched = metrics.watch(name, &self)?;
        Ok(Self { metrics: Some(Arc::new(watched)), ..self })
    }

    pub fn connections(&self) -> PoolConnections {
        let idle = self.idle().len();
        let open = usize::try_from(self.connections.size()).unwrap_or(usize::MAX);
        PoolConnections { in_use: open.saturating_sub(idle), idle }
    }

    pub async fn ping(&self) -> Result<(), StorageError> {
        let connection = self.acquire(Duration::ZERO).await;
        self.release(connection.inspect_err(|failure| self.count(failure))?);
        Ok(())
    }

    /// Closes every connection, and waits for those in use up to the connect timeout; they are
    /// closed when they are released.
    pub async fn close(&self) {
        let closing = self.connections.close();
        let idle = std::mem::take(&mut *self.idle());
        // Dropped, they go to sqlx's pool, which closes them.
        drop(idle.into_iter().map(|(guard, _)| guard.into_healthy()).collect::<Vec<_>>());
        let closing = timeout(self.settings.connect_timeout, closing).await;
        if closing.is_err() {
            tracing::debug!("connections to MySQL are still in use");
        }
    }

    pub(crate) fn count(&self, failure: &Failure) {
        if let Some(metrics) = &self.metrics {
            metrics.failed(failure);
        }
    }

    /// A connection that answers, or none within the connect timeout; one that was used a moment
    /// ago is not asked.
    pub(crate) async fn acquire(
        &self,
        trusted_for: Duration,
    ) -> Result<PoolConnection<MySql>, Failure> {
        let began = Instant::now();
        let connection = match self.answering(trusted_for).await {
            Some(connection) => Ok(connection),
            None => self.opened_or_awaited(began + self.settings.connect_timeout).await,
        };
        if let Some(metrics) = &self.metrics {
            metrics.acquired_after(began.elapsed());
        }
        connection
    }

    pub(crate) fn release(&self, connection: PoolConnection<MySql>) {
        let guard = ConnectionGuard::new(connection);
        if !self.connections.is_closed() {
            self.idle().push((guard, Instant::now()));
            self.idle.returned.notify_one();
        }
    }

    /// Has every idle connection pinged before its next use: what cut off one may have done so to
    /// the others.
    pub(crate) fn distrust_idle(&self) {
        let long_ago = Instant::now().checked_sub(TRUSTED_FOR);
        for (_, used) in self.idle().iter_mut() {
            *used = long_ago.unwrap_or(*used);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(ConnectionGuard, Instant)>> {
        self.idle.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An idle connection that was used a moment ago or answers; those that do not are closed.
    ///
    /// The first that is silent stands for all: what silenced it did so to the others. Half of the
    /// time, so that the rest is left to open a new one.
    async fn answering(&self, trusted_for: Duration) -> Option<PoolConnection<MySql>> {
        let until = Instant::now() + self.settings.connect_timeout / 2;
        loop {
            let (mut guard, used) = self.idle().pop()?;
            if used.elapsed() < trusted_for {
                return guard.into_healthy();
            }
            let ping = async { guard.connection()?.ping().await };
            match timeout_at(until, ping).await {
                Ok(Ok(())) => return guard.into_healthy(),
                Ok(Err(_)) => {}
                Err(_) => self.idle().clear(),
            }
        }
    }

    async fn opened_or_awaited(&self, until: Instant) -> Result<PoolConnection<MySql>, Failure> {
        let acquired = timeout_at(until, self.opened_or_returned());
        let acquired = async { acquired.await.unwrap_or(Err(sqlx::Error::PoolTimedOut)) };
        if self.connections.size() >= self.settings.connections {
            return acquired.await.map_err(|error| match error {
                sqlx::Error::PoolTimedOut => Failure::no_free_connection(),
                error => error.into(),
            });
        }
        let span = self.create_db_connection();
        let connection = acquired.instrument(span.clone()).await.map_err(Failure::from);
        if connection.is_err() {
            span.record("otel.status_code", "ERROR");
            span.record(ERROR_TYPE, "no_connection");
        }
        connection
    }

    /// A new connection when there may be one more, or one that another use returns.
    async fn opened_or_returned(&self) -> Result<PoolConnection<MySql>, sqlx::Error> {
        let opened = self.connections.acquire();
        tokio::pin!(opened);
        loop {
            tokio::select! {
                opened = &mut opened => return opened,
                () = self.idle.returned.notified() => {
                    if self.connections.size() < self.settings.connections {
                        // There may be one more, and it is being opened.
                        continue;
                    }
                    let returned = self.idle().pop().and_then(|(guard, _)| guard.into_healthy());
                    if let Some(connection) = returned {
                        return Ok(connection);
                    }
                }
            }
        }
    }

    fn create_db_connection(&self) -> Span {
        let url = &self.settings.url;
        tracing::info_span!(
            "create_db_connection",
            otel.kind = "client",
            otel.status_code = Empty,
            { DB_SYSTEM_NAME } = "mysql",
            { DB_NAMESPACE } = url.database(),
            { SERVER_ADDRESS } = url.server_address(),
            { SERVER_PORT } = url.server_port(),
            { ERROR_TYPE } = Empty,
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fmt::Debug;
    use std::sync::Mutex;

    use tracing::field::{Field, Visit};
    use tracing::span::{Attributes, Id, Record};
    use tracing_subscriber::Layer;
    use tracing_subscriber::layer::{Context, SubscriberExt as _};

    use super::*;
    use crate::DatabaseUrl;

    #[derive(Clone, Default)]
    struct Recorded(Arc<Mutex<BTreeMap<String, String>>>);

    impl Visit for Recorded {
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            let value = format!("{value:?}").replace('"', "");
            self.0.lock().unwrap().insert(field.name().to_owned(), value);
        }
    }

    impl<S: tracing::Subscriber> Layer<S> for Recorded {
        fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
            if attributes.metadata().name() == "create_db_connection" {
                attributes.record(&mut self.clone());
            }
        }

        fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
            values.record(&mut self.clone());
        }
    }

    #[tokio::test]
    async fn opening_a_connection_is_a_client_span_that_says_where_to() {
        let recorded = Recorded::default();
        let subscriber = tracing_subscriber::registry().with(recorded.clone());
        let _guard = tracing::subscriber::set_default(subscriber);
        // Port 9, discard: nothing listens.
        let url = DatabaseUrl::parse("mysql://me:hunter2@127.0.0.1:9/registrar").unwrap();
        let mut settings = DatabaseSettings::new(url);
        settings.connect_timeout = Duration::from_millis(50);
        Pool::new(&settings).ping().await.unwrap_err();
        let fields = recorded.0.lock().unwrap().clone();
        let expected = [
            ("db.namespace", "registrar"),
            ("db.system.name", "mysql"),
            ("error.type", "no_connection"),
            ("otel.kind", "client"),
            ("otel.status_code", "ERROR"),
            ("server.address", "127.0.0.1"),
            ("server.port", "9"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields, BTreeMap::from(expected));
    }
}
