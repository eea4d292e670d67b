//! One connection at a time, for as long as it can be trusted.

use std::time::Duration;

use registrar_telemetry::propagation::FutureExt as _;
use sqlx::mysql::{MySql, MySqlArguments, MySqlQueryResult, MySqlRow};
use sqlx::pool::PoolConnection;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::time::timeout;
use tracing::Instrument as _;

use super::guard::ConnectionGuard;
use super::{Pool, TRUSTED_FOR};
use crate::error::{Failure, StorageError};

/// Runs statements one after another, on one connection while it works.
pub(crate) struct Session {
    pool: Pool,
    connection: Option<PoolConnection<MySql>>,
    trusts_for: Duration,
}

impl Session {
    pub(crate) fn new(pool: &Pool) -> Self {
        Self { pool: pool.clone(), connection: None, trusts_for: Duration::ZERO }
    }

    /// One that asks a connection which was used a moment ago for no sign of life: for statements
    /// that are repeated when it is lost.
    pub(crate) fn trusting(pool: &Pool) -> Self {
        Self { pool: pool.clone(), connection: None, trusts_for: TRUSTED_FOR }
    }

    /// MySQL counts the rows that the statement found, also when it left them as they were.
    pub(crate) async fn execute(
        &mut self,
        statement: Query<'_, MySql, MySqlArguments>,
    ) -> Result<MySqlQueryResult, Failure> {
        let mut guard = self.checkout().await?;
        let limit = self.pool.settings.statement_timeout;
        let result = timeout(limit, statement.execute(guard.connection()?)).await;
        self.checkin(guard, limit, result)
    }

    /// Runs a statement whose text has its values in it, and of which the server keeps nothing.
    pub(crate) async fn execute_text(
        &mut self,
        text: AssertSqlSafe<String>,
    ) -> Result<(), Failure> {
        let mut guard = self.checkout().await?;
        let limit = self.pool.settings.statement_timeout;
        let result = timeout(limit, guard.connection()?.execute(text)).await;
        self.checkin(guard, limit, result).map(drop)
    }

    pub(crate) async fn fetch(
        &mut self,
        statement: Query<'_, MySql, MySqlArguments>,
    ) -> Result<Vec<MySqlRow>, Failure> {
        let mut guard = self.checkout().await?;
        let limit = self.pool.settings.statement_timeout;
        let result = timeout(limit, statement.fetch_all(guard.connection()?)).await;
        self.checkin(guard, limit, result)
    }

    /// Every row, as `decode` reads it.
    pub(crate) async fn fetch_as<T, C: FromIterator<T>>(
        &mut self,
        statement: Query<'_, MySql, MySqlArguments>,
        decode: fn(&MySqlRow) -> Result<T, sqlx::Error>,
    ) -> Result<C, Failure> {
        Ok(self.fetch(statement).await?.iter().map(decode).collect::<Result<_, _>>()?)
    }

    /// The first row.
    pub(crate) async fn fetch_one(
        &mut self,
        statement: Query<'_, MySql, MySqlArguments>,
    ) -> Result<MySqlRow, Failure> {
        let first = self.fetch(statement).await?.into_iter().next();
        Ok(first.ok_or(sqlx::Error::RowNotFound)?)
    }

    async fn checkout(&mut self) -> Result<ConnectionGuard, Failure> {
        if let Some(connection) = self.connection.take() {
            return Ok(ConnectionGuard::new(connection));
        }
        let acquired = self.pool.acquire(self.trusts_for).await.map(ConnectionGuard::new);
        if let Err(failure) = &acquired {
            self.pool.count(failure);
        }
        acquired
    }

    /// Keeps the connection only after an answer that leaves nothing in doubt.
    fn checkin<T>(
        &mut self,
        guard: ConnectionGuard,
        limit: Duration,
        result: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Result<T, Failure> {
        let result = match result {
            Ok(result) => result.map_err(Failure::from),
            Err(_) => Err(Failure::timed_out(limit)),
        };
        if let Err(failure) = &result {
            self.pool.count(failure);
        }
        if result.as_ref().err().is_none_or(Failure::leaves_connection_usable) {
            self.connection = guard.into_healthy();
        } else {
            self.pool.distrust_idle();
        }
        result
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.release(connection);
        }
    }
}

/// Runs `work` to completion also when the caller stops waiting for it, so that no write is ever cut
/// off in the middle by a timeout or a client that went away.
pub(crate) async fn run_to_completion<T: Send + 'static>(
    work: impl Future<Output = Result<T, StorageError>> + Send + 'static,
) -> Result<T, StorageError> {
    match tokio::spawn(work.in_current_span().with_current_context()).await {
        Ok(result) => result,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        // The runtime is going down and takes the caller with it.
        Err(_) => Err(Failure::from(sqlx::Error::WorkerCrashed).into()),
    }
}
