//! What the tables say of registrations.

use std::collections::{HashMap, HashSet};

use registrar_domain::{Decision, HoldReason, Outcome, RegistrationId, RejectionCode};
use sqlx::mysql::{MySqlArguments, MySqlRow};
use sqlx::query::Query;
use sqlx::{MySql, Row as _};
use time::OffsetDateTime;

use crate::error::Failure;
use crate::pool::session::Session;
use crate::sql::{Statement, padded};

/// Most registrations whose status is asked for are registered.
static READ_REGISTERED: Statement = Statement::new(
    "SELECT registration_id, 'registered', '', accepted_at, registration_date \
     FROM students WHERE registration_id IN ({rows})",
    "?",
);
/// What is not registered. A dead letter whose registration is rejected counts as released.
static READ_OTHERS: Statement = Statement::new(
    "SELECT registration_id, 'rejected', code, accepted_at, rejected_at \
     FROM rejections WHERE registration_id IN ({rows}) \
     UNION ALL \
     SELECT registration_id, 'on_hold', reason, accepted_at, last_seen \
     FROM dead_letters WHERE registration_id IN ({rows}) AND state <> 'replayed'",
    "?",
);
const OTHER_TABLES: usize = 2;
/// A discarded dead letter is no outcome of a registration that was accepted again after it.
static READ_WITH_OUTCOME: Statement = Statement::new(
    "SELECT registration_id FROM students WHERE registration_id IN ({rows}) \
     UNION ALL \
     SELECT registration_id FROM rejections WHERE registration_id IN ({rows}) \
     UNION ALL \
     SELECT registration_id FROM dead_letters WHERE registration_id IN ({rows}) AND state = 'held'",
    "?",
);

/// Reads the decision on each of `ids`; one without any is absent.
///
/// Two statements are not one snapshot: a registration that is decided between them may be answered
/// as it was before. It is never answered with what it was not.
pub(crate) async fn read(
    session: &mut Session,
    ids: &[RegistrationId],
) -> Result<HashMap<RegistrationId, Decision>, Failure> {
    let mut found = HashMap::with_capacity(ids.len());
    read_into(&mut found, session, &READ_REGISTERED, 1, ids).await?;
    let others: Vec<_> = ids.iter().filter(|id| !found.contains_key(id)).copied().collect();
    if !others.is_empty() {
        read_into(&mut found, session, &READ_OTHERS, OTHER_TABLES, &others).await?;
    }
    Ok(found)
}

/// Which of `ids` are decided or held for an operator.
pub(crate) async fn with_outcome(
    session: &mut Session,
    ids: &[RegistrationId],
) -> Result<HashSet<RegistrationId>, Failure> {
    find(session, &READ_WITH_OUTCOME, 1 + OTHER_TABLES, ids).await
}

/// Which of `ids` a statement finds that reads them from so many tables.
pub(crate) async fn find(
    session: &mut Session,
    statement: &'static Statement,
    tables: usize,
    ids: &[RegistrationId],
) -> Result<HashSet<RegistrationId>, Failure> {
    let mut found = HashSet::new();
    for list in padded(ids) {
        for row in session.fetch(bound(statement, tables, &list)).await? {
            found.insert(registration_id(&row, 0)?);
        }
    }
    Ok(found)
}

/// The outcome of one that was read, unless it may still get a better one.
pub(crate) fn final_outcome(
    read: &HashMap<RegistrationId, Decision>,
    id: RegistrationId,
) -> Option<Outcome> {
    read.get(&id).map(|decision| decision.outcome).filter(|outcome| outcome.is_final())
}

/// The statement with these ids for each of its tables.
fn bound<'q>(
    statement: &'static Statement,
    tables: usize,
    ids: &'q [RegistrationId],
) -> Query<'q, MySql, MySqlArguments> {
    let query = sqlx::query(statement.text(ids.len()));
    let each = (0..tables).flat_map(|_| ids);
    each.fold(query, |query, id| query.bind(&id.as_bytes()[..]))
}

async fn read_into(
    found: &mut HashMap<RegistrationId, Decision>,
    session: &mut Session,
    statement: &'static Statement,
    tables: usize,
    ids: &[RegistrationId],
) -> Result<(), Failure> {
    for list in padded(ids) {
        for row in session.fetch(bound(statement, tables, &list)).await? {
            let (id, decision) = decode(&row)?;
            let known = found.entry(id).or_insert(decision);
            if decision.outcome.is_final() {
                *known = decision;
            }
        }
    }
    Ok(())
}

fn decode(row: &MySqlRow) -> Result<(RegistrationId, Decision), sqlx::Error> {
    let kind: String = row.try_get(1)?;
    let detail: String = row.try_get(2)?;
    let outcome = match kind.as_str() {
        "registered" => Outcome::Registered,
        "rejected" => Outcome::Rejected(RejectionCode::from_stored(&detail)),
        _ => Outcome::OnHold(HoldReason::from_stored(&detail)),
    };
    let accepted_at: Option<OffsetDateTime> = row.try_get(3)?;
    let decided_at: OffsetDateTime = row.try_get(4)?;
    Ok((registration_id(row, 0)?, Decision { outcome, accepted_at, decided_at }))
}

pub(crate) fn registration_id(
    row: &MySqlRow,
    column: usize,
) -> Result<RegistrationId, sqlx::Error> {
    Ok(RegistrationId::from_bytes(sixteen_bytes(row.try_get(column)?)?))
}

/// As ids are stored.
pub(crate) fn sixteen_bytes(bytes: Vec<u8>) -> Result<[u8; 16], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("not 16 bytes".into()))
}
