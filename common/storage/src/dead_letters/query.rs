use std::collections::BTreeMap;
use std::fmt;

use registrar_domain::{Lane, RegistrationId};
use sqlx::mysql::MySqlRow;
use sqlx::{QueryBuilder, Row as _};
use time::OffsetDateTime;

use super::DeadLetterAdmin;
use super::filter::DeadLetterFilter;
use super::state::DeadLetterState;
use crate::error::StorageError;
use crate::outcomes::released::{state_now, unless_released};
use crate::pool::session::{Session, run_to_completion};

/// How many dead letters a filter means, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatchedDeadLetters {
    pub count: u64,
    /// The number of the last of them; later ones were not there at that moment.
    pub last_id: u64,
}

#[derive(Clone, PartialEq, Eq)]
pub struct StoredDeadLetter {
    pub id: u64,
    /// The registration in it, when that could be read.
    pub registration_id: Option<RegistrationId>,
    /// The id that its message was published under, where it was kept.
    pub message_id: Option<String>,
    /// The message's body: personal data.
    pub payload: Vec<u8>,
    /// The message's headers: perhaps personal data.
    pub headers: BTreeMap<String, String>,
    /// The lane it came from, where known.
    pub lane: Option<Lane>,
    /// The code of why it is on hold; as stored, since a newer version may have others.
    pub reason: String,
    /// Equal for failures of the same cause.
    pub fingerprint: String,
    pub attempts: u32,
    /// When the API accepted it, where known.
    pub accepted_at: Option<OffsetDateTime>,
    /// When it was put on hold for the first time.
    pub first_seen: OffsetDateTime,
    pub last_seen: OffsetDateTime,
    pub state: DeadLetterState,
    /// Why it is in this state, if a reason was given.
    pub state_reason: Option<String>,
    /// Who brought it there, if it was an operator.
    pub state_by: Option<String>,
    pub state_changed_at: OffsetDateTime,
}

/// Without payload, headers and message id: they may hold personal data.
impl fmt::Debug for StoredDeadLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("StoredDeadLetter")
            .field("id", &self.id)
            .field("registration_id", &self.registration_id)
            .field("reason", &self.reason)
            .field("fingerprint", &self.fingerprint)
            .field("attempts", &self.attempts)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl DeadLetterAdmin {
    pub async fn matched(
        &self,
        filter: &DeadLetterFilter,
    ) -> Result<MatchedDeadLetters, StorageError> {
        let mut query = QueryBuilder::new(
            "SELECT COUNT(*), CAST(COALESCE(MAX(id), 0) AS UNSIGNED) FROM dead_letters",
        );
        filter.write_to(&mut query);
        let mut session = Session::new(&self.pool);
        run_to_completion(async move {
            let row = session.fetch_one(query.build()).await?;
            let count: i64 = row.try_get(0)?;
            let last_id: u64 = row.try_get(1)?;
            Ok(MatchedDeadLetters { count: count.unsigned_abs(), last_id })
        })
        .await
    }

    /// The next dead letters that `filter` means, by number: after `after` and up to `last_id`, at
    /// most `limit`.
    pub async fn list(
        &self,
        filter: &DeadLetterFilter,
        after: u64,
        last_id: u64,
        limit: u32,
    ) -> Result<Vec<StoredDeadLetter>, StorageError> {
        let mut query = QueryBuilder::new(
            "SELECT id, registration_id, message_id, payload, headers, lane, reason, fingerprint, \
                    attempts, accepted_at, first_seen, last_seen, state_changed_at",
        );
        for column in [state_now(), unless_released("state_reason"), unless_released("state_by")] {
            query.push(", ").push(column);
        }
        query.push(" FROM dead_letters");
        filter.write_to(&mut query);
        query.push(" AND id > ").push_bind(after).push(" AND id <= ").push_bind(last_id);
        query.push(" ORDER BY id LIMIT ").push_bind(limit);
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.fetch_as(query.build(), dead_letter).await?) })
            .await
    }

    /// Marks a dead letter as replayed, unless it changed since it was read: one that came back
    /// meanwhile stays held. When a worker was faster and the dead letter counts as released
    /// already, only the operator is recorded. Returns whether it was marked.
    pub async fn mark_replayed(
        &self,
        dead_letter: &StoredDeadLetter,
        by: &str,
        why: Option<&str>,
    ) -> Result<bool, StorageError> {
        let (id, state, attempts) =
            (dead_letter.id, dead_letter.state.as_str(), dead_letter.attempts);
        let (by, why) = (by.to_owned(), why.map(str::to_owned));
        let mut session = Session::new(&self.pool);
        run_to_completion(async move {
            let mut query = QueryBuilder::new(
                "UPDATE dead_letters SET state = 'replayed', \
                        state_changed_at = CURRENT_TIMESTAMP(6), state_reason = ",
            );
            query.push_bind(why).push(", state_by = ").push_bind(by);
            query.push(" WHERE id = ").push_bind(id).push(" AND attempts = ").push_bind(attempts);
            let now = state_now();
            query.push(format!(" AND ({now} = ")).push_bind(state);
            query.push(format!(" OR ({now} = 'replayed' AND state_by IS NULL))"));
            Ok(session.execute(query.build()).await?.rows_affected() == 1)
        })
        .await
    }
}

fn dead_letter(row: &MySqlRow) -> Result<StoredDeadLetter, sqlx::Error> {
    let registration_id: Option<Vec<u8>> = row.try_get(1)?;
    let registration_id = registration_id.and_then(|id| id.try_into().ok());
    let headers: String = row.try_get(4)?;
    let lane: Option<String> = row.try_get(5)?;
    let state: String = row.try_get(13)?;
    Ok(StoredDeadLetter {
        id: row.try_get(0)?,
        registration_id: registration_id.map(RegistrationId::from_bytes),
        message_id: row.try_get(2)?,
        payload: row.try_get(3)?,
        // A dead letter whose headers were edited by hand must still be seen and replayed.
        headers: serde_json::from_str(&headers).unwrap_or_default(),
        lane: lane.as_deref().and_then(Lane::parse),
        reason: row.try_get(6)?,
        fingerprint: row.try_get(7)?,
        attempts: row.try_get(8)?,
        accepted_at: row.try_get(9)?,
        first_seen: row.try_get(10)?,
        last_seen: row.try_get(11)?,
        state: DeadLetterState::from_stored(&state),
        state_reason: row.try_get(14)?,
        state_by: row.try_get(15)?,
        state_changed_at: row.try_get(12)?,
    })
}
