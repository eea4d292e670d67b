//! `GET /imports/{reference}/errors.csv`.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use registrar_domain::{FailedRow, ImportId};
use registrar_import_file::{list_head, push_listed_row};
use registrar_storage::StorageError;
use tokio::sync::OwnedSemaphorePermit;

use crate::extract::GenuineImport;
use crate::imports::history::ImportHistory;
use crate::problem::{Problem, ProblemDocument, ProblemKind};

/// So many rows are read at once, each of up to some 200 KiB.
const PAGE_ROWS: u16 = 50;
/// When to try again after finding no free permit.
const RETRY_WHEN_FULL: Duration = Duration::from_secs(5);

/// The rows that did not make it, in the file's order, with what to do about each.
///
/// UTF-8 with a byte order mark: the row's number, its three values as given, and in the last three
/// columns what is wrong. Correct the values and import the file: the columns that begin with `_` stay
/// in it and are passed over. A value that a spreadsheet would calculate, or that begins with an apostrophe, has one
/// apostrophe in front, which is taken away again. The rows are deleted after 30 days.
#[utoipa::path(
    get,
    path = "/imports/{reference}/errors.csv",
    tag = "imports",
    security(("import_key" = [])),
    params(
        ("reference" = String, Path, description = "As it was answered."),
    ),
    responses(
        (status = 200, description = "A header row, and a row for each that did not make it.", body = String, content_type = "text/csv"),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The importer has no such import.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Imports cannot be read right now, or too many error files are being downloaded.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn errors(
    State(history): State<ImportHistory>,
    GenuineImport { id, .. }: GenuineImport,
) -> Result<Response, Problem> {
    let permit = history.download_permit().ok_or_else(|| {
        Problem::new(
            ProblemKind::CannotAcceptNow,
            "Too many error files are being downloaded right now. Try again in a few seconds.",
        )
        .retry_after(RETRY_WHEN_FULL)
    })?;
    // Before the head is sent, so that a failure is an answer of its own.
    let first = history
        .failed_rows(id, 0, PAGE_ROWS)
        .await
        .map_err(|error| Problem::imports_unreadable(&error))?;
    let head = Bytes::from(list_head());
    let pages = Pages { history, id, page: Some(first), after: 0, _permit: permit };
    let pages = stream::try_unfold(pages, Pages::into_next);
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
    /// The first, which is read beforehand.
    page: Option<Vec<FailedRow>>,
    /// The last row that was written.
    after: u32,
    _permit: OwnedSemaphorePermit,
}

impl Pages {
    /// The next part of the file, read when the client has taken the one before. An error cuts the
    /// answer off, so that it is not taken for whole.
    async fn into_next(mut self) -> Result<Option<(Bytes, Self)>, StorageError> {
        let page = match self.page.take() {
            Some(page) => page,
            None => self.history.failed_rows(self.id, self.after, PAGE_ROWS).await?,
        };
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last.row;
        let mut part = String::new();
        for row in &page {
            push_listed_row(&mut part, row);
        }
        Ok(Some((part.into(), self)))
    }
}
