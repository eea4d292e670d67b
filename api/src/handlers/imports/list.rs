//! `GET /imports`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::extract::AuthenticatedKey;
use crate::imports::history::ImportHistory;
use crate::imports::history::body::ImportListBody;
use crate::problem::{Problem, ProblemDocument, ProblemKind};

/// So many imports are on a page.
pub const PAGE_IMPORTS: u16 = 50;

#[derive(Debug, Deserialize, IntoParams)]
pub struct Page {
    /// Those that began before the import of this reference.
    before: Option<String>,
}

/// The importer's own imports, the newest first.
///
/// An import is here once a worker has seen its first rows.
#[utoipa::path(
    get,
    path = "/imports",
    tag = "imports",
    security(("import_key" = [])),
    params(
        Page,
    ),
    responses(
        (status = 200, description = "A page of imports; `next` leads to the one after it.", body = ImportListBody),
        (status = 400, description = "`before` is there twice.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "`before` is no import of this importer.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Imports cannot be read right now.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(history): State<ImportHistory>,
    AuthenticatedKey(key): AuthenticatedKey,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<impl IntoResponse, Problem> {
    let Query(page) = page.map_err(|_rejection| {
        Problem::new(ProblemKind::MalformedParameter, "Name the import of `before` once.")
    })?;
    let before = page.before.map(|before| history.open(&before, &key.importer)).transpose()?;
    let mut listed = history.list(&key.importer, before, PAGE_IMPORTS + 1).await?;
    let has_more = listed.len() > usize::from(PAGE_IMPORTS);
    listed.truncate(PAGE_IMPORTS.into());
    let last = listed.last().filter(|_| has_more);
    let body = ImportListBody {
        status: "ok",
        message: match listed.len() {
            0 => "There are no imports here.".to_owned(),
            _ if has_more => format!("These are {PAGE_IMPORTS} imports; next leads to older ones."),
            1 => "This is one import.".to_owned(),
            count => format!("These are {count} imports."),
        },
        next: last.map(|import| format!("/imports?before={}", import.reference)),
        imports: listed,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(body)))
}
