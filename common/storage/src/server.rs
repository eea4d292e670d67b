//! What the database server says of itself.

use registrar_domain::clock;
use sqlx::Row as _;
use time::{Duration, PrimitiveDateTime};

use crate::error::StorageError;
use crate::pool::Pool;
use crate::pool::session::Session;

/// A database server, as it was when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseServer {
    /// Such as `8.4.3` or `10.11.6-MariaDB`.
    pub version: String,
    /// How far its clock is ahead of this machine's; negative when behind. As exact as half of the
    /// time that asking took.
    pub clock_ahead: Duration,
    /// `innodb_flush_log_at_trx_commit`: only with 1 is what was committed on disk.
    pub flush_at_commit: i64,
}

impl DatabaseServer {
    pub async fn ask(pool: &Pool) -> Result<Self, StorageError> {
        let mut session = Session::new(pool);
        // So that opening a connection does not count as time that the clock took.
        session.execute(sqlx::query("DO 0")).await?;
        let before = clock::now();
        let row = session.fetch_one(sqlx::query("SELECT CURRENT_TIMESTAMP(6)")).await?;
        let between = before + (clock::now() - before) / 2;
        let clock: PrimitiveDateTime = row.try_get(0)?;
        let query =
            sqlx::query("SELECT VERSION(), CAST(@@innodb_flush_log_at_trx_commit AS SIGNED)");
        let row = session.fetch_one(query).await?;
        Ok(Self {
            version: row.try_get(0)?,
            // Connections are in UTC.
            clock_ahead: clock.assume_utc() - between,
            flush_at_commit: row.try_get(1)?,
        })
    }
}
