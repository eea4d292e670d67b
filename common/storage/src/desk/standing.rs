use std::collections::HashMap;

use registrar_domain::{Outcome, RegistrationId};
use sqlx::mysql::MySqlRow;
use sqlx::{QueryBuilder, Row as _};

use super::super::decided::Rows;
use super::super::error::Failure;
use super::super::session::{Session, to_its_end};
use super::super::{StorageError, decided};
use super::{DeadLetterDesk, LetterState};

/// A letter that was replayed, and what became of it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// Its number.
    pub letter: u64,
    /// Its attempts before it was replayed.
    pub attempts: u32,
    /// The registrations in it; none when its payload cannot be read.
    pub registrations: Vec<RegistrationId>,
}

/// What became of a letter that was replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing yet.
    Undecided,
    /// Everything in it has its outcome.
    Decided {
        /// How many of its registrations were registered.
        registered: u64,
        /// How many were rejected.
        rejected: u64,
    },
    /// It, or a registration in it, is on hold again.
    Recurred {
        /// The code of why.
        reason: String,
        /// Equal for failures of the same cause; not known where only a part of it failed.
        fingerprint: Option<String>,
    },
}

/// What the table says of a letter now.
struct Now {
    attempts: u32,
    is_replayed: bool,
    reason: String,
    fingerprint: String,
}

impl DeadLetterDesk {
    /// How the letters stand, in their order.
    pub async fn standings(&self, letters: &[Watched]) -> Result<Vec<Standing>, StorageError> {
        let (mut session, letters) = (Session::of(&self.pool), letters.to_vec());
        to_its_end(async move {
            let ids: Vec<_> = letters.iter().flat_map(|one| one.registrations.clone()).collect();
            let decided = decided::read(&mut session, &ids).await?;
            // The letters second: one that is on hold again between the two reads tells so itself,
            // and is not taken for one of which only a part is.
            let now = read(&mut session, &letters).await?;
            Ok(letters.iter().map(|one| standing(one, now.get(&one.letter), &decided)).collect())
        })
        .await
    }
}

async fn read(session: &mut Session, letters: &[Watched]) -> Result<HashMap<u64, Now>, Failure> {
    let mut query = QueryBuilder::new(
        "SELECT id, attempts, reason, fingerprint, state FROM dead_letters \
                           WHERE id IN (0",
    );
    for one in letters {
        query.push(",").push_bind(one.letter);
    }
    query.push(")");
    let rows = session.fetch(query.build()).await?;
    Ok(rows.iter().map(now).collect::<Result<_, _>>()?)
}

fn now(row: &MySqlRow) -> Result<(u64, Now), sqlx::Error> {
    let state: String = row.try_get(4)?;
    let is_replayed = LetterState::from_stored(&state) == LetterState::Replayed;
    let (attempts, reason, fingerprint) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    Ok((row.try_get(0)?, Now { attempts, is_replayed, reason, fingerprint }))
}

fn standing(
    watched: &Watched,
    now: Option<&Now>,
    decided: &HashMap<RegistrationId, Rows>,
) -> Standing {
    let rows = || watched.registrations.iter().map(|id| decided.get(id));
    let outcomes: Option<Vec<_>> = rows().map(|rows| rows?.final_outcome()).collect();
    if let Some(outcomes) = outcomes.filter(|outcomes| !outcomes.is_empty()) {
        let registered = outcomes.iter().filter(|one| **one == Outcome::Registered).count() as u64;
        return Standing::Decided { registered, rejected: outcomes.len() as u64 - registered };
    }
    if let Some(now) = now.filter(|now| now.attempts > watched.attempts) {
        let fingerprint = Some(now.fingerprint.clone());
        return Standing::Recurred { reason: now.reason.clone(), fingerprint };
    }
    // A registration of a message that could not be read before is put on hold as a letter of its
    // own.
    let on_hold = rows().find_map(|rows| rows?.on_hold?.outcome.hold_reason());
    if let Some(reason) = on_hold.filter(|_| now.is_some_and(|now| now.is_replayed)) {
        return Standing::Recurred { reason: reason.as_str().to_owned(), fingerprint: None };
    }
    Standing::Undecided
}
