//! The table of messages that wait for an operator.

use std::collections::BTreeMap;
use std::fmt;

use registrar_domain::{HoldReason, Lane, Outcome, RegistrationId};
use sha2::{Digest as _, Sha256};
use sqlx::{QueryBuilder, Row as _};
use time::{OffsetDateTime, PrimitiveDateTime};

use super::released::IS_DECIDED;
use super::rows;
use crate::error::classify::Kind;
use crate::error::{ErrorClass, Failure, StorageError};
use crate::pool::session::Session;
use crate::sql::timestamp;

/// The longest fingerprint and the longest message id, in characters.
const FINGERPRINT_MAX: usize = 255;
const MESSAGE_ID_MAX: usize = 255;
/// What a TIMESTAMP holds on every supported server, in seconds since 1970.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = 1..=0x7fff_fffe;
const MAX_ROUNDS: u32 = 5;
/// Far from the column's end, which `attempts + 1` must not reach.
const ATTEMPTS_MAX: u32 = u32::MAX / 2;

/// A message that the worker, or the broker, gave up on.
///
/// Known by its registration or, when that cannot be read, by message id and payload: put on hold
/// again it stays one row, with one attempt more.
#[derive(Clone)]
pub struct DeadLetter {
    /// The registration in it, when it could be read.
    pub registration_id: Option<RegistrationId>,
    /// The message's own id.
    pub message_id: Option<String>,
    /// The body, which a replay publishes again.
    pub payload: Vec<u8>,
    /// The headers, with the trace context.
    pub headers: BTreeMap<String, String>,
    /// The lane it was in.
    pub lane: Option<Lane>,
    /// Why it is on hold.
    pub reason: HoldReason,
    /// Equal for failures of the same cause; without personal data.
    pub fingerprint: String,
    /// How often it was tried until now.
    pub attempts: u32,
    /// When the API accepted it, when that could be read.
    pub accepted_at: Option<OffsetDateTime>,
}

/// Without payload and headers: they hold personal data. The message's id may come from another system.
impl fmt::Debug for DeadLetter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DeadLetter")
            .field("registration_id", &self.registration_id)
            .field("lane", &self.lane)
            .field("reason", &self.reason)
            .field("fingerprint", &self.fingerprint)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl DeadLetter {
    /// A message without an id is the same as one with an empty id.
    fn digest(&self) -> [u8; 32] {
        let message_id = self.message_id.as_deref().unwrap_or_default();
        let mut hash = Sha256::new();
        // The length goes first, so that no two pairs are the same bytes.
        hash.update((message_id.len() as u64).to_be_bytes());
        hash.update(message_id);
        hash.update(&self.payload);
        hash.finalize().into()
    }
}

/// See [`RegistrationStore::hold`](super::RegistrationStore::hold).
///
/// A registration may be decided after it was looked up and before its dead letter is written: then
/// the dead letter counts as released (`outcomes/released.rs`).
pub(crate) async fn hold(
    session: &mut Session,
    dead_letters: &[DeadLetter],
) -> Result<Vec<Outcome>, StorageError> {
    let ids: Vec<_> =
        dead_letters.iter().filter_map(|dead_letter| dead_letter.registration_id).collect();
    let decided = rows::read(session, &ids).await?;
    let mut outcomes = Vec::new();
    for dead_letter in dead_letters {
        let outcome = dead_letter.registration_id.and_then(|id| rows::final_outcome(&decided, id));
        if outcome.is_none() {
            write(session, dead_letter).await?;
        }
        outcomes.push(outcome.unwrap_or(Outcome::OnHold(dead_letter.reason)));
    }
    Ok(outcomes)
}

async fn write(session: &mut Session, dead_letter: &DeadLetter) -> Result<(), StorageError> {
    for _ in 0..MAX_ROUNDS {
        match insert(session, dead_letter).await {
            Ok(()) => return Ok(()),
            Err(failure) if failure.kind == Kind::Duplicate => {}
            Err(failure) => return Err(failure.into()),
        }
        if hold_again(session, dead_letter).await? {
            return Ok(());
        }
    }
    let sentence = "A dead letter comes and goes while it is written; it can be tried again.";
    Err(StorageError::new(ErrorClass::Transient, "in_doubt", sentence))
}

async fn insert(session: &mut Session, dead_letter: &DeadLetter) -> Result<(), Failure> {
    let query = sqlx::query(
        "INSERT INTO dead_letters (registration_id, digest, message_id, payload, headers, lane, \
                reason, fingerprint, attempts, accepted_at, state) \
         VALUES (?,?,?,?,?,?,?,?,?,?,'held')",
    );
    let (id, digest) = identity(dead_letter);
    let query = query
        .bind(id)
        .bind(digest)
        .bind(message_id(dead_letter))
        .bind(dead_letter.payload.as_slice())
        .bind(headers(dead_letter)?)
        .bind(dead_letter.lane.map(Lane::as_str))
        .bind(dead_letter.reason.as_str())
        .bind(fingerprint(dead_letter))
        .bind(dead_letter.attempts.min(ATTEMPTS_MAX))
        .bind(accepted_at(dead_letter));
    session.execute(query).await.map(drop)
}

/// A dead letter that is held keeps its message; one that was replayed or discarded takes the new
/// one: of a message that could not be read it may be a part.
async fn hold_again(session: &mut Session, dead_letter: &DeadLetter) -> Result<bool, Failure> {
    // MySQL assigns from left to right: the state comes after what depends on it.
    let query = sqlx::query(
        "UPDATE dead_letters SET \
                payload = IF(state = 'held', payload, ?), \
                headers = IF(state = 'held', headers, ?), \
                accepted_at = IF(state = 'held', accepted_at, ?), \
                message_id = IF(state = 'held', COALESCE(message_id, ?), ?), \
                state_changed_at = IF(state = 'held', state_changed_at, CURRENT_TIMESTAMP(6)), \
                state_reason = NULL, state_by = NULL, state = 'held', \
                reason = ?, fingerprint = ?, attempts = attempts + 1, \
                last_seen = CURRENT_TIMESTAMP(6) \
         WHERE registration_id = ? OR digest = ?",
    );
    let (id, digest) = identity(dead_letter);
    let query = query
        .bind(dead_letter.payload.as_slice())
        .bind(headers(dead_letter)?)
        .bind(accepted_at(dead_letter))
        .bind(message_id(dead_letter))
        .bind(message_id(dead_letter))
        .bind(dead_letter.reason.as_str())
        .bind(fingerprint(dead_letter))
        .bind(id)
        .bind(digest);
    Ok(session.execute(query).await?.rows_affected() == 1)
}

/// The registration's id or the digest; never both.
fn identity(dead_letter: &DeadLetter) -> (Option<Vec<u8>>, Option<Vec<u8>>) {
    match dead_letter.registration_id {
        Some(id) => (Some(id.as_bytes().to_vec()), None),
        None => (None, Some(dead_letter.digest().to_vec())),
    }
}

fn headers(dead_letter: &DeadLetter) -> Result<String, sqlx::Error> {
    serde_json::to_string(&dead_letter.headers).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn fingerprint(dead_letter: &DeadLetter) -> String {
    dead_letter.fingerprint.chars().take(FINGERPRINT_MAX).collect()
}

fn message_id(dead_letter: &DeadLetter) -> Option<String> {
    Some(dead_letter.message_id.as_ref()?.chars().take(MESSAGE_ID_MAX).collect())
}

/// A time that no TIMESTAMP holds came from a message that is broken in more than one way. It must
/// not keep the dead letter from being held.
fn accepted_at(dead_letter: &DeadLetter) -> Option<PrimitiveDateTime> {
    let accepted_at = dead_letter.accepted_at?;
    TIMESTAMP_SECONDS.contains(&accepted_at.unix_timestamp()).then(|| timestamp(accepted_at))
}

pub(crate) async fn count_held(session: &mut Session) -> Result<u64, Failure> {
    let mut query = QueryBuilder::new("SELECT COUNT(*) FROM dead_letters WHERE state = 'held'");
    query.push(" AND NOT ").push(IS_DECIDED);
    let count: i64 = session.fetch_one(query.build()).await?.try_get(0)?;
    Ok(count.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_payload_nor_headers() {
        let dead_letter = DeadLetter {
            registration_id: None,
            message_id: Some("Ada".to_owned()),
            payload: vec![65, 100, 97],
            headers: BTreeMap::from([("name".to_owned(), "Ada".to_owned())]),
            lane: Some(Lane::Bulk),
            reason: HoldReason::Undecodable,
            fingerprint: "not_json".to_owned(),
            attempts: 1,
            accepted_at: None,
        };
        let shown = format!("{dead_letter:?}");
        assert!(shown.contains("not_json"), "{shown}");
        assert!(!shown.contains("Ada") && !shown.contains("65"), "{shown}");
    }
}
