use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use time::OffsetDateTime;

use super::DeadLetterAdmin;
use super::filter::DeadLetterFilter;
use crate::error::StorageError;
use crate::pool::session::{Session, run_to_completion};

/// What an operator can do with dead letters that is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    Replay,
    Discard,
    /// Reading the personal data in them.
    Reveal,
}

impl ActionKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Discard => "discard",
            Self::Reveal => "reveal",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub kind: ActionKind,
    pub operator: String,
    pub reason: Option<String>,
    pub filter: DeadLetterFilter,
    pub matched: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionResult {
    Done,
    /// It stopped since a replayed dead letter was held again.
    Recurred,
    /// It stopped since what became of a replayed dead letter was not known in time.
    Undecided,
    /// It stopped since the operator asked for it.
    Interrupted,
    /// It stopped since a server did not do its part.
    Failed,
}

impl ActionResult {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Recurred => "recurred",
            Self::Undecided => "undecided",
            Self::Interrupted => "interrupted",
            Self::Failed => "failed",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub id: u64,
    pub kind: String,
    pub operator: String,
    pub reason: Option<String>,
    /// Which dead letters: a JSON object.
    pub filter: String,
    pub matched: u64,
    pub done: u64,
    /// How it ended; `None` while it goes on, and when it was killed.
    pub result: Option<String>,
    pub began_at: OffsetDateTime,
}

impl DeadLetterAdmin {
    /// Records that an action begins, and returns its number.
    pub async fn begin(&self, action: &Action) -> Result<u64, StorageError> {
        let (mut session, action) = (Session::new(&self.pool), action.clone());
        run_to_completion(async move {
            let query = sqlx::query(
                "INSERT INTO dead_letter_actions (action, operator, reason, filter, matched) \
                 VALUES (?,?,?,?,?)",
            );
            let query = query
                .bind(action.kind.as_str())
                .bind(action.operator)
                .bind(action.reason)
                .bind(action.filter.to_json().to_string())
                .bind(action.matched);
            Ok(session.execute(query).await?.last_insert_id())
        })
        .await
    }

    /// Records how far an action has come and, with a `result`, that it ended.
    pub async fn record(
        &self,
        action: u64,
        done: u64,
        result: Option<ActionResult>,
    ) -> Result<(), StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move {
            let query = sqlx::query(
                "UPDATE dead_letter_actions SET done = ?, result = ?, \
                        ended_at = IF(result IS NULL, NULL, CURRENT_TIMESTAMP(6)) \
                 WHERE id = ?",
            );
            let query = query.bind(done).bind(result.map(ActionResult::as_str)).bind(action);
            session.execute(query).await?;
            Ok(())
        })
        .await
    }

    /// The last actions, the youngest first.
    pub async fn actions(&self, limit: u32) -> Result<Vec<AuditRecord>, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move {
            let query = sqlx::query(
                "SELECT id, action, operator, reason, filter, matched, done, result, began_at \
                 FROM dead_letter_actions ORDER BY id DESC LIMIT ?",
            );
            Ok(session.fetch_as(query.bind(limit), recorded).await?)
        })
        .await
    }
}

fn recorded(row: &MySqlRow) -> Result<AuditRecord, sqlx::Error> {
    Ok(AuditRecord {
        id: row.try_get(0)?,
        kind: row.try_get(1)?,
        operator: row.try_get(2)?,
        reason: row.try_get(3)?,
        filter: row.try_get(4)?,
        matched: row.try_get(5)?,
        done: row.try_get(6)?,
        result: row.try_get(7)?,
        began_at: row.try_get(8)?,
    })
}
