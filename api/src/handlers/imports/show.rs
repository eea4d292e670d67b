//! `GET /imports/{reference}`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::extract::GenuineImport;
use crate::imports::history::ImportHistory;
use crate::imports::history::body::ImportBody;
use crate::problem::{Problem, ProblemDocument};
use crate::status::{CacheRule, conditional, entity_tag, entity_tag_of_bytes};

/// Where an import stands.
///
/// The counts add up at any moment: `rows` are `registered`, `unchanged`, `rejected`, `invalid`,
/// `on_hold` and `waiting` together.
#[utoipa::path(
    get,
    path = "/imports/{reference}",
    tag = "imports",
    security(("import_key" = [])),
    params(
        ("reference" = String, Path, description = "As it was answered."),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the client has."),
    ),
    responses(
        (status = 200, description = "Where it stands.", body = ImportBody, headers(
            ("ETag" = String, description = "Names this answer."),
        )),
        (status = 304, description = "The client has this answer."),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The importer has no such import.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Imports cannot be read right now; they go on.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(history): State<ImportHistory>,
    GenuineImport { id, key }: GenuineImport,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let body = history.read(id, &key.importer).await?;
    let json = serde_json::to_vec(&body);
    let tag = json.map_or_else(|_| entity_tag("import"), |json| entity_tag_of_bytes(&json));
    Ok(conditional(&headers, CacheRule::MayChange, tag, Json(body)))
}
