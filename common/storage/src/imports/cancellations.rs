//! Imports that their importers cancelled.

use std::collections::{BTreeSet, HashSet};

use registrar_domain::{ImportId, Outcome, Registration, RegistrationId, RejectionCode};
use sqlx::QueryBuilder;

use super::reader::import_id;
use crate::error::classify::Kind;
use crate::error::{Failure, StorageError};
use crate::outcomes::batch::Batch;
use crate::outcomes::refusals::Refusals;
use crate::outcomes::rows::registration_id;
use crate::outcomes::store::Verdict;
use crate::outcomes::students;
use crate::pool::session::Session;

/// Cancels an import. Can be repeated.
pub(crate) async fn cancel(session: &mut Session, import: ImportId) -> Result<(), Failure> {
    let query = sqlx::query("INSERT INTO import_cancellations (import_id) VALUES (?)");
    match session.execute(query.bind(&import.as_bytes()[..])).await {
        Err(failure) if failure.kind == Kind::Duplicate => Ok(()),
        done => done.map(drop),
    }
}

/// Stores a batch, but for the rows of cancelled imports that are not registered yet: those are
/// rejected, and nothing is stored of that, since the same row of a later upload is registered. What an
/// operator replays was on hold, and is not cancelled.
pub(crate) async fn store_unless_cancelled(
    session: &mut Session,
    batch: &[Registration],
    refusals: &Refusals,
) -> Result<Vec<Verdict>, StorageError> {
    let cancelled = read(session, batch).await?;
    if cancelled.is_empty() {
        return Batch::new(batch, refusals).store(session).await;
    }
    let held = held(session, batch).await?;
    let is_cancelled = |one: &Registration| {
        one.import.is_some_and(|from| cancelled.contains(&from.import)) && !held.contains(&one.id)
    };
    let open: Vec<_> = batch.iter().filter(|one| !is_cancelled(one)).cloned().collect();
    let mut stored = Batch::new(&open, refusals).store(session).await?.into_iter();
    let stopped: Vec<_> = batch.iter().filter(|one| is_cancelled(one)).collect();
    let taken = students::taken(session, &stopped).await?;
    let verdict = |one: &Registration| {
        if !is_cancelled(one) {
            return stored.next();
        }
        Some(if taken.has(one.id) {
            Verdict::Decided { outcome: Outcome::Registered, is_fresh: false }
        } else {
            let outcome = Outcome::Rejected(RejectionCode::ImportCancelled);
            Verdict::Decided { outcome, is_fresh: true }
        })
    };
    Ok(batch.iter().filter_map(verdict).collect())
}

/// Which imports of a batch are cancelled; asks nothing when none is of an import.
async fn read(session: &mut Session, batch: &[Registration]) -> Result<HashSet<ImportId>, Failure> {
    let imports: BTreeSet<_> =
        batch.iter().filter_map(|one| one.import.map(|from| from.import)).collect();
    if imports.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query =
        QueryBuilder::new("SELECT import_id FROM import_cancellations WHERE import_id IN (");
    let mut list = query.separated(",");
    for import in imports {
        list.push_bind(import.as_bytes().to_vec());
    }
    query.push(")");
    let rows = session.fetch(query.build()).await?;
    Ok(rows.iter().map(|row| import_id(row, 0)).collect::<Result<_, _>>()?)
}

/// Which registrations of a batch have a dead letter, whatever became of it.
async fn held(
    session: &mut Session,
    batch: &[Registration],
) -> Result<HashSet<RegistrationId>, Failure> {
    let mut query =
        QueryBuilder::new("SELECT registration_id FROM dead_letters WHERE registration_id IN (");
    let mut list = query.separated(",");
    for registration in batch {
        list.push_bind(registration.id.as_bytes().to_vec());
    }
    query.push(")");
    let rows = session.fetch(query.build()).await?;
    Ok(rows.iter().map(|row| registration_id(row, 0)).collect::<Result<_, _>>()?)
}
