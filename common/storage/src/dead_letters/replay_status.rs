use std::collections::HashMap;

use registrar_domain::{Decision, Outcome, RegistrationId};
use sqlx::mysql::MySqlRow;
use sqlx::{QueryBuilder, Row as _};

use super::DeadLetterAdmin;
use super::state::DeadLetterState;
use crate::error::{Failure, StorageError};
use crate::outcomes::rows;
use crate::pool::session::{Session, run_to_completion};

/// A dead letter that was replayed, and what became of it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDeadLetter {
    pub id: u64,
    pub attempts: u32,
    /// The registrations in it; none when its payload cannot be read.
    pub registrations: Vec<RegistrationId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayStatus {
    Undecided,
    Decided {
        registered: u64,
        rejected: u64,
    },
    /// It, or a registration in it, is on hold again.
    Recurred {
        reason: String,
        /// Equal for failures of the same cause; not known where only a part of it failed.
        fingerprint: Option<String>,
    },
}

struct Now {
    attempts: u32,
    is_replayed: bool,
    reason: String,
    fingerprint: String,
}

impl DeadLetterAdmin {
    /// What became of the dead letters, in their order.
    pub async fn replay_statuses(
        &self,
        dead_letters: &[ReplayedDeadLetter],
    ) -> Result<Vec<ReplayStatus>, StorageError> {
        let (mut session, dead_letters) = (Session::new(&self.pool), dead_letters.to_vec());
        run_to_completion(async move {
            let ids: Vec<_> =
                dead_letters.iter().flat_map(|one| one.registrations.clone()).collect();
            let decided = rows::read(&mut session, &ids).await?;
            // The dead letters second: one that is on hold again between the two reads says so itself,
            // and is not taken for one of which only a part is.
            let now = read(&mut session, &dead_letters).await?;
            Ok(dead_letters
                .iter()
                .map(|one| replay_status(one, now.get(&one.id), &decided))
                .collect())
        })
        .await
    }
}

async fn read(
    session: &mut Session,
    dead_letters: &[ReplayedDeadLetter],
) -> Result<HashMap<u64, Now>, Failure> {
    let mut query = QueryBuilder::new(
        "SELECT id, attempts, reason, fingerprint, state FROM dead_letters \
                           WHERE id IN (0",
    );
    for one in dead_letters {
        query.push(",").push_bind(one.id);
    }
    query.push(")");
    session.fetch_as(query.build(), now).await
}

fn now(row: &MySqlRow) -> Result<(u64, Now), sqlx::Error> {
    let state: String = row.try_get(4)?;
    let is_replayed = DeadLetterState::from_stored(&state) == DeadLetterState::Replayed;
    let (attempts, reason, fingerprint) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    Ok((row.try_get(0)?, Now { attempts, is_replayed, reason, fingerprint }))
}

fn replay_status(
    watched: &ReplayedDeadLetter,
    now: Option<&Now>,
    decided: &HashMap<RegistrationId, Decision>,
) -> ReplayStatus {
    let ids = || watched.registrations.iter().copied();
    let outcomes: Option<Vec<_>> = ids().map(|id| rows::final_outcome(decided, id)).collect();
    if let Some(outcomes) = outcomes.filter(|outcomes| !outcomes.is_empty()) {
        let registered = outcomes.iter().filter(|one| **one == Outcome::Registered).count() as u64;
        return ReplayStatus::Decided { registered, rejected: outcomes.len() as u64 - registered };
    }
    if let Some(now) = now.filter(|now| now.attempts > watched.attempts) {
        let fingerprint = Some(now.fingerprint.clone());
        return ReplayStatus::Recurred { reason: now.reason.clone(), fingerprint };
    }
    // A registration of a message that could not be read before is put on hold as a dead letter of
    // its own.
    let on_hold = ids().find_map(|id| decided.get(&id)?.outcome.hold_reason());
    if let Some(reason) = on_hold.filter(|_| now.is_some_and(|now| now.is_replayed)) {
        return ReplayStatus::Recurred { reason: reason.as_str().to_owned(), fingerprint: None };
    }
    ReplayStatus::Undecided
}
