//! The `lane_pauses` table.

use std::time::Duration;

use registrar_domain::Lane;
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use time::OffsetDateTime;
use time::macros::format_description;

use crate::error::{Failure, StorageError};
use crate::pool::Pool;
use crate::pool::session::{Session, run_to_completion};

/// Of each lane the last row, if it is a pause that is not over. The server's clock decides, so
/// that those of workers and operators may differ.
const IN_FORCE: &str = "SELECT id, lane, paused_until, \
            TIMESTAMPDIFF(MICROSECOND, CURRENT_TIMESTAMP(6), paused_until), \
            COALESCE(reason, ''), said_by, said_at \
     FROM lane_pauses \
     WHERE id IN (SELECT MAX(id) FROM lane_pauses GROUP BY lane) \
       AND paused_until > CURRENT_TIMESTAMP(6) \
     ORDER BY id";

/// A lane that an operator paused.
#[derive(Clone, Debug)]
pub struct LanePause {
    /// Differs from that of every other pause.
    pub id: u64,
    pub lane: Lane,
    /// When it ends by itself, by the clock of the database server.
    pub until: OffsetDateTime,
    /// How long that was away when this was read.
    pub left: Duration,
    /// Why, for other operators.
    pub reason: String,
    pub by: String,
    pub since: OffsetDateTime,
}

impl LanePause {
    /// When it ends, for people: `2026-01-02 03:04:05 UTC`.
    pub fn until_text(&self) -> String {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC");
        // The format asks for nothing that a time with its offset lacks.
        self.until.to_utc().format(format).unwrap_or_default()
    }
}

/// Pauses and resumes lanes, and keeps who did so and why.
#[derive(Clone)]
pub struct LanePauses {
    pool: Pool,
}

impl LanePauses {
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The pauses that hold now, at most one of each lane.
    pub async fn in_force(&self) -> Result<Vec<LanePause>, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(in_force(&mut session).await?) }).await
    }

    /// Pauses a lane for this long from now, in place of any pause before.
    pub async fn pause(
        &self,
        lane: Lane,
        length: Duration,
        reason: &str,
        by: &str,
    ) -> Result<(), StorageError> {
        let length = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        let query = sqlx::query(
            "INSERT INTO lane_pauses (lane, paused_until, reason, said_by) \
             VALUES (?, CURRENT_TIMESTAMP(6) + INTERVAL ? MICROSECOND, ?, ?)",
        );
        let query = query.bind(lane.as_str()).bind(length);
        let query = query.bind(reason.to_owned()).bind(by.to_owned());
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.execute(query).await.map(drop)?) }).await
    }

    /// Ends the pause of a lane; without one it changes nothing.
    pub async fn resume(&self, lane: Lane, by: &str) -> Result<(), StorageError> {
        let query = sqlx::query("INSERT INTO lane_pauses (lane, said_by) VALUES (?, ?)");
        let query = query.bind(lane.as_str()).bind(by.to_owned());
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.execute(query).await.map(drop)?) }).await
    }
}

async fn in_force(session: &mut Session) -> Result<Vec<LanePause>, Failure> {
    let rows = session.fetch(sqlx::query(IN_FORCE)).await?;
    rows.iter().filter_map(|row| decode(row).map_err(Failure::from).transpose()).collect()
}

/// `None` for a lane that only a newer version has.
fn decode(row: &MySqlRow) -> Result<Option<LanePause>, sqlx::Error> {
    let Some(lane) = Lane::parse(row.try_get(1)?) else { return Ok(None) };
    let left: i64 = row.try_get(3)?;
    Ok(Some(LanePause {
        id: row.try_get(0)?,
        lane,
        until: row.try_get(2)?,
        left: Duration::from_micros(u64::try_from(left).unwrap_or(0)),
        reason: row.try_get(4)?,
        by: row.try_get(5)?,
        since: row.try_get(6)?,
    }))
}
