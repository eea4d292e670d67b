//! What was given up never takes effect later.
//!
//! A write without an answer may still be on its way to the server, or wait in it. Executed after
//! the next attempt has read the tables, it would add a row that nobody reconciles. So every
//! connection that writes holds a named lock, which MySQL gives up when the connection has ended
//! on its side, with everything it did committed or undone. Before anything else is written, the
//! connections that this process gave up are ended, and waited for, by that lock. Named and not by
//! the connection's id, which after a restart of the server is somebody else's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use uuid::Uuid;

use super::error::Failure;

/// The name of the lock that a writing connection holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark(String);

impl Mark {
    pub(super) async fn put_on(connection: &mut MySqlConnection) -> Result<Self, Failure> {
        let mark = Self(format!("registrar write {}", Uuid::now_v7()));
        let lock = sqlx::query_scalar("SELECT CAST(GET_LOCK(?, 0) AS SIGNED)").bind(&mark.0);
        match lock.fetch_one(connection).await? {
            Some(1_i64) => Ok(mark),
            _ => Err(Failure::given_up_still_there()),
        }
    }
}

/// The marks of connections that were given up, and perhaps are still there on the server.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenUp(Arc<Mutex<Vec<Mark>>>);

impl GivenUp {
    pub(super) fn add(&self, mark: Mark) {
        self.marks().push(mark);
    }

    /// Ends them, by way of a `connection` that holds no mark yet.
    pub(super) async fn end(&self, connection: &mut MySqlConnection) -> Result<(), Failure> {
        let marks = self.marks().clone();
        for mark in marks {
            end(&mark, connection).await?;
            self.marks().retain(|other| *other != mark);
        }
        Ok(())
    }

    fn marks(&self) -> MutexGuard<'_, Vec<Mark>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn end(Mark(name): &Mark, connection: &mut MySqlConnection) -> Result<(), Failure> {
    let holder = sqlx::query_scalar("SELECT CAST(IS_USED_LOCK(?) AS UNSIGNED)").bind(name);
    let holder: Option<u64> = holder.fetch_one(&mut *connection).await?;
    let Some(id) = holder else { return Ok(()) };
    // It fails when it has ended by now; whether it has is asked next.
    connection.execute(AssertSqlSafe(format!("KILL {id}"))).await.ok();
    let free = "SELECT CAST(IF(GET_LOCK(?, 5) = 1, RELEASE_LOCK(?), 0) AS SIGNED)";
    match sqlx::query_scalar(free).bind(name).bind(name).fetch_one(connection).await? {
        Some(1_i64) => Ok(()),
        _ => Err(Failure::given_up_still_there()),
    }
}
