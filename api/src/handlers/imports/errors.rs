//! `GET /imports/{reference}/errors.csv`.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use registrar_domain::ImportId;
use registrar_storage::{FailedRow, StorageError};

use crate::extract::GenuineImport;
use crate::imports::history::ImportHistory;
use crate::imports::history::error_file;
use crate::problem::{Problem, ProblemDocument};

/// So many rows are read at once.
const PAGE_ROWS: u16 = 500;

/// The rows that did not make it, in the file's order, with what to do about each.
///
/// UTF-8 with a byte order mark: the row's number, its three values as given, and in the last three
/// columns what is wrong. Correct the values and import the file: the columns that begin with `_` are
/// passed over. A value that a spreadsheet would calculate, or that begins with an apostrophe, has one
/// apostrophe in front, which is taken away again. The rows are deleted after 30 days.
#[utoipa::path(
    get,
    path = "/imports/{reference}/errors.csv",
    tag = "imports",
    params(
        ("reference" = String, Path, description = "As it was answered."),
        ("Authorization" = String, Header, description = "`Bearer` and a key of the same importer.", example = "Bearer registrar_…"),
    ),
    responses(
        (status = 200, description = "A header row, and a row for each that did not make it.", body = String, content_type = "text/csv"),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The importer has no such import.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Imports cannot be read right now.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn errors(
    State(history): State<ImportHistory>,
    GenuineImport { id, .. }: GenuineImport,
) -> Result<Response, Problem> {
    // Before the head is sent, so that a failure is an answer of its own.
    let first = history
        .failed_rows(id, 0, PAGE_ROWS)
        .await
        .map_err(|error| Problem::imports_unreadable(&error))?;
    let head = Bytes::from(error_file::head());
    let pages = stream::try_unfold(Pages { history, id, next: first }, Pages::into_next);
    let file = stream::iter([Ok(head)]).chain(pages);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"errors.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(file)).into_response())
}

struct Pages {
    history: ImportHistory,
    id: ImportId,
    /// Empty after the last.
    next: Vec<FailedRow>,
}

impl Pages {
    /// The next part of the file. An error cuts the answer off, so that it is not taken for whole.
    async fn into_next(mut self) -> Result<Option<(Bytes, Self)>, StorageError> {
        let Some(last) = self.next.last().map(|row| row.row) else { return Ok(None) };
        let mut part = String::new();
        for row in &self.next {
            error_file::push_row(&mut part, row);
        }
        let is_last = self.next.len() < usize::from(PAGE_ROWS);
        self.next = if is_last {
            Vec::new()
        } else {
            self.history.failed_rows(self.id, last, PAGE_ROWS).await?
        };
        Ok(Some((part.into(), self)))
    }
}
