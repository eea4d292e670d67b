//! The table of rows that did not make it.

use registrar_domain::{FailedRow, RegistrationId, RowError, RowRejection};
use serde::Serialize;

use super::entry::ProcessedRow;
use super::record::Message;
use crate::error::Failure;
use crate::error::classify::Kind;
use crate::pool::session::Session;
use crate::sql::Statement;
use crate::sql::literal::{self, Value};

/// So few that a server seldom refuses the statement as too long.
const MOST_ROWS: usize = 128;

pub(crate) const ON_HOLD: &str = "on_hold";

static INSERT: Statement = Statement::new(
    "INSERT INTO import_errors (import_id, import_row, first_row, part, attempt, kind, \
                                registration_id, given, errors) VALUES {rows}",
    "(?,?,?,?,?,?,?,?,?)",
);

/// A row as it is stored.
pub(crate) struct Entry {
    pub(crate) row: u32,
    kind: &'static str,
    registration: Option<RegistrationId>,
    given: String,
    errors: String,
}

impl From<&FailedRow> for Entry {
    fn from(failed: &FailedRow) -> Self {
        Self {
            row: failed.row,
            kind: "invalid",
            registration: None,
            given: to_json(&failed.values),
            errors: to_json(&failed.errors),
        }
    }
}

impl From<&(&ProcessedRow, RowRejection)> for Entry {
    fn from((processed, why): &(&ProcessedRow, RowRejection)) -> Self {
        let student = &processed.registration.student;
        let names = [student.first_name().as_str(), student.last_name().as_str()];
        Self {
            row: processed.row,
            kind: if *why == RowRejection::OnHold { ON_HOLD } else { "rejected" },
            registration: Some(processed.registration.id),
            given: to_json(&[names[0], names[1], student.email().as_str()]),
            errors: to_json(&[RowError::from(*why)]),
        }
    }
}

impl Entry {
    fn values<'a>(&'a self, message: &'a Message) -> [Value<'a>; 9] {
        let registration = self.registration.as_ref();
        [
            Value::Bytes(message.import.as_bytes()),
            Value::Number(self.row.into()),
            Value::Number(message.first_row.into()),
            Value::Number(message.part.into()),
            Value::Number(message.attempt),
            Value::Text(self.kind),
            registration.map_or(Value::Null, |id| Value::Bytes(id.as_bytes())),
            Value::Text(&self.given),
            Value::Text(&self.errors),
        ]
    }
}

/// Inserts what failed of a message. A row that the table refuses is left out, so that it stops no lane.
pub(crate) async fn insert(
    session: &mut Session,
    message: &Message,
    entries: &[Entry],
) -> Result<(), Failure> {
    let mut work: Vec<_> = entries.chunks(MOST_ROWS).collect();
    while let Some(slice) = work.pop() {
        let rows = literal::rows(slice.iter().map(|entry| entry.values(message)));
        let Err(failure) = session.execute_text(INSERT.text_with(&rows)).await else { continue };
        match (failure.kind, slice) {
            (Kind::RowRefused | Kind::SplitBatch, [entry]) => {
                let (import, row, cause) = (message.import, entry.row, failure.fingerprint);
                tracing::warn!(%import, row, cause, "a row that failed is counted and not kept");
            }
            (Kind::RowRefused | Kind::SplitBatch, _) => {
                work.extend(<[_; 2]>::from(slice.split_at(slice.len() / 2)));
            }
            _ => return Err(failure),
        }
    }
    Ok(())
}

/// Texts always become JSON.
fn to_json(stored: &impl Serialize) -> String {
    serde_json::to_string(stored).unwrap_or_default()
}

/// What was stored of a row; empty where it is not as this version writes it.
pub(crate) fn decode(row: u32, given: &str, errors: &str) -> FailedRow {
    let values = serde_json::from_str(given).unwrap_or_default();
    FailedRow { row, values, errors: serde_json::from_str(errors).unwrap_or_default() }
}
