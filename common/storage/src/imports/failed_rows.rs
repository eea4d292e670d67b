//! The table of rows that did not make it.

use std::collections::BTreeSet;

use registrar_domain::{ImportId, RegistrationId, RowRejection};
use serde_json::{Value as Json, json};
use sqlx::{QueryBuilder, Row as _};

use super::entry::{FailedRow, ProcessedRow, RowError};
use crate::error::classify::Kind;
use crate::error::{ErrorClass, Failure, StorageError};
use crate::pool::session::Session;
use crate::sql::Statement;
use crate::sql::literal::{self, Value};

/// Few enough for any server's longest statement, since a value may be long.
const MOST_ROWS: usize = 128;
const MAX_ROUNDS: u32 = 5;

pub(crate) const ON_HOLD: &str = "on_hold";

static INSERT: Statement = Statement::new(
    "INSERT INTO import_errors (import_id, import_row, kind, registration_id, given, errors) \
     VALUES {rows}",
    "(?,?,?,?,?,?)",
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
            given: json!(failed.values).to_string(),
            errors: errors_json(&failed.errors),
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
            given: json!([names[0], names[1], student.email().as_str()]).to_string(),
            errors: errors_json(&[RowError::from(*why)]),
        }
    }
}

impl Entry {
    fn values<'a>(&'a self, import: &'a ImportId) -> [Value<'a>; 6] {
        let registration = self.registration.as_ref();
        [
            Value::Bytes(import.as_bytes()),
            Value::Number(self.row),
            Value::Text(self.kind),
            registration.map_or(Value::Null, |id| Value::Bytes(id.as_bytes())),
            Value::Text(&self.given),
            Value::Text(&self.errors),
        ]
    }
}

/// Inserts those of `entries` that are not there.
pub(crate) async fn insert(
    session: &mut Session,
    import: ImportId,
    entries: &[Entry],
    mut known: BTreeSet<u32>,
) -> Result<(), StorageError> {
    for slice in entries.chunks(MOST_ROWS) {
        let mut rounds = 0;
        loop {
            let missing: Vec<_> =
                slice.iter().filter(|entry| !known.contains(&entry.row)).collect();
            if missing.is_empty() {
                break;
            }
            let rows = literal::rows(missing.iter().map(|entry| entry.values(&import)));
            match session.execute_text(INSERT.text_with(&rows)).await {
                Ok(()) => break,
                // Another worker has the same message.
                Err(failure) if failure.kind == Kind::Duplicate && rounds < MAX_ROUNDS => {
                    rounds += 1;
                    known.extend(read_rows(session, import, slice).await?);
                }
                Err(failure) if failure.kind == Kind::Duplicate => return Err(in_doubt()),
                Err(failure) => return Err(failure.into()),
            }
        }
    }
    Ok(())
}

async fn read_rows(
    session: &mut Session,
    import: ImportId,
    entries: &[Entry],
) -> Result<Vec<u32>, Failure> {
    let first = entries.iter().map(|entry| entry.row).min();
    let last = entries.iter().map(|entry| entry.row).max();
    let query = sqlx::query(
        "SELECT import_row FROM import_errors WHERE import_id = ? AND import_row BETWEEN ? AND ?",
    );
    let query = query.bind(&import.as_bytes()[..]).bind(first).bind(last);
    let rows = session.fetch(query).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Deletes what an attempt left that was cut off, and that has come to another end since.
pub(crate) async fn delete(
    session: &mut Session,
    import: ImportId,
    rows: &[u32],
) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::new("DELETE FROM import_errors WHERE import_id = ");
    query.push_bind(import.as_bytes().to_vec()).push(" AND import_row IN (");
    let mut list = query.separated(",");
    for row in rows {
        list.push_bind(*row);
    }
    query.push(")");
    session.execute(query.build()).await.map(drop)
}

fn errors_json(errors: &[RowError]) -> String {
    let error = |RowError { column, code, advice }: &RowError| json!({"column": column, "code": code, "advice": advice});
    Json::Array(errors.iter().map(error).collect()).to_string()
}

/// What was stored of a row; empty where it is not as this version writes it.
pub(crate) fn decode(row: u32, given: &str, errors: &str) -> FailedRow {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let given: Json = serde_json::from_str(given).unwrap_or_default();
    let errors: Json = serde_json::from_str(errors).unwrap_or_default();
    let errors = errors.as_array().into_iter().flatten().map(|error| RowError {
        column: error["column"].as_str().map(str::to_owned),
        code: text(&error["code"]),
        advice: text(&error["advice"]),
    });
    FailedRow { row, values: [0, 1, 2].map(|at| text(&given[at])), errors: errors.collect() }
}

fn in_doubt() -> StorageError {
    let sentence = "The errors of a row of an import come and go; it can be tried again.";
    StorageError::new(ErrorClass::Transient, "in_doubt", sentence)
}
