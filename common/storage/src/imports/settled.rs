//! What became of the rows of one message, as the importer sees it.

use registrar_domain::{ImportId, ImportRow, Outcome, RejectionCode, RowRejection};

use super::entry::{ImportCounts, ProcessedRow, ProcessedRows};
use crate::error::Failure;
use crate::outcomes::students;
use crate::outcomes::students::Taken;
use crate::pool::session::Session;

/// What became of the rows.
#[derive(Debug, Default)]
pub(crate) struct Settled<'r> {
    pub(crate) counts: ImportCounts,
    /// The valid ones that are not registered by this row.
    pub(crate) not_registered: Vec<(&'r ProcessedRow, RowRejection)>,
}

/// Looks at who registered what this message did not register just now. The database is the only
/// judge, so that a redelivery comes to the same.
pub(crate) async fn settle<'r>(
    session: &mut Session,
    import: ImportId,
    rows: &'r ProcessedRows,
) -> Result<Settled<'r>, Failure> {
    let in_doubt: Vec<_> = rows
        .valid
        .iter()
        .filter(|row| row.outcome.is_final() && !is_new(row))
        .map(|row| &row.registration)
        .collect();
    let taken = students::taken(session, &in_doubt).await?;
    let mut settled = Settled::default();
    let counts = &mut settled.counts;
    counts.invalid = rows.invalid.len() as u64;
    for row in &rows.valid {
        let Some(why) = rejection(import, row, &taken) else {
            let is_ours = is_new(row)
                || taken
                    .row_of(row.registration.id)
                    .is_some_and(|from| from.import == import && from.row == row.row);
            *(if is_ours { &mut counts.registered } else { &mut counts.unchanged }) += 1;
            continue;
        };
        let is_on_hold = why == RowRejection::OnHold;
        *(if is_on_hold { &mut counts.on_hold } else { &mut counts.rejected }) += 1;
        settled.not_registered.push((row, why));
    }
    Ok(settled)
}

fn is_new(row: &ProcessedRow) -> bool {
    row.is_fresh && row.outcome == Outcome::Registered
}

fn rejection(import: ImportId, row: &ProcessedRow, taken: &Taken) -> Option<RowRejection> {
    let registration = &row.registration;
    match row.outcome {
        Outcome::Registered if row.is_fresh => None,
        Outcome::Registered => {
            let other = taken.row_of(registration.id).filter(|from| from.import == import)?;
            (other.row != row.row).then_some(RowRejection::SameAsRow(other.row))
        }
        Outcome::Rejected(RejectionCode::EmailAlreadyRegistered) => {
            Some(email_taken(import, taken.row_of_owner(registration.student.email().key())))
        }
        Outcome::Rejected(RejectionCode::ImportCancelled) => Some(RowRejection::ImportCancelled),
        Outcome::Rejected(RejectionCode::Unknown) => Some(RowRejection::Unknown),
        Outcome::OnHold(_) => Some(RowRejection::OnHold),
    }
}

/// By this row, if it came from one: that of another import is not named.
pub(crate) fn email_taken(import: ImportId, owner: Option<ImportRow>) -> RowRejection {
    match owner.filter(|from| from.import == import) {
        Some(owner) => RowRejection::EmailOfRow(owner.row),
        None => RowRejection::EmailAlreadyRegistered,
    }
}
