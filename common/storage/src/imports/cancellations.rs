//! Imports that their importers cancelled.

use std::collections::{BTreeSet, HashSet};

use registrar_domain::{ImportId, Outcome, Registration, RejectionCode};

use super::reader::import_id;
use super::record::unless_there;
use crate::error::{Failure, StorageError};
use crate::outcomes::batch::Batch;
use crate::outcomes::refusals::Refusals;
use crate::outcomes::rows;
use crate::outcomes::store::Verdict;
use crate::pool::session::Session;
use crate::sql::{Statement, padded};

static CANCELLED: Statement =
    Statement::new("SELECT import_id FROM import_cancellations WHERE import_id IN ({rows})", "?");
/// What an operator discarded is held no more.
static HELD: Statement = Statement::new(
    "SELECT registration_id FROM dead_letters \
     WHERE registration_id IN ({rows}) AND state <> 'discarded'",
    "?",
);
/// With locks, so that it waits for a statement that still runs, of an attempt that was abandoned.
static REGISTERED: Statement = Statement::new(
    "SELECT registration_id FROM students WHERE registration_id IN ({rows}) LOCK IN SHARE MODE",
    "?",
);

/// Cancels an import. Can be repeated.
pub(crate) async fn cancel(session: &mut Session, import: ImportId) -> Result<(), Failure> {
    let query = sqlx::query("INSERT INTO import_cancellations (import_id) VALUES (?)");
    unless_there(session.execute(query.bind(&import.as_bytes()[..])).await).map(drop)
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
    let ids: Vec<_> = batch.iter().map(|one| one.id).collect();
    let held = rows::find(session, &HELD, 1, &ids).await?;
    let is_cancelled = |one: &Registration| {
        one.import.is_some_and(|from| cancelled.contains(&from.import)) && !held.contains(&one.id)
    };
    let open: Vec<_> = batch.iter().filter(|one| !is_cancelled(one)).cloned().collect();
    let mut stored = Batch::new(&open, refusals).store(session).await?.into_iter();
    let stopped: Vec<_> = batch.iter().filter(|one| is_cancelled(one)).map(|one| one.id).collect();
    let registered = rows::find(session, &REGISTERED, 1, &stopped).await?;
    let verdict = |one: &Registration| {
        if !is_cancelled(one) {
            return stored.next();
        }
        Some(if registered.contains(&one.id) {
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
    let mut cancelled = HashSet::new();
    for list in padded(&imports.into_iter().collect::<Vec<_>>()) {
        let query = sqlx::query(CANCELLED.text(list.len()));
        let query = list.iter().fold(query, |query, id| query.bind(&id.as_bytes()[..]));
        for row in session.fetch(query).await? {
            cancelled.insert(import_id(&row, 0)?);
        }
    }
    Ok(cancelled)
}
