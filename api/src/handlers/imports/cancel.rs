//! `POST /imports/{reference}/cancel`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::super::Health;
use crate::extract::GenuineImport;
use crate::imports::Imports;
use crate::problem::{Problem, ProblemDocument};

/// Cancels an import: what is not registered yet is rejected with `import_cancelled`.
///
/// What is registered stays. The rows that were cancelled are registered when the file is uploaded
/// again. Can be repeated.
#[utoipa::path(
    post,
    path = "/imports/{reference}/cancel",
    tag = "imports",
    security(("import_key" = [])),
    params(
        ("reference" = String, Path, description = "As it was answered."),
    ),
    responses(
        (status = 202, description = "It is being cancelled; some more rows may be registered meanwhile.", body = Health),
        (status = 401, description = "There is no valid key.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "The importer has no such import.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "It could not be cancelled now: repeat the request.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn cancel(
    State(imports): State<Imports>,
    GenuineImport { id, key }: GenuineImport,
) -> Result<impl IntoResponse, Problem> {
    imports.cancel(id, &key).await.map_err(Problem::import_not_cancelled)?;
    let message = "The import is being cancelled. What is registered stays.";
    Ok((StatusCode::ACCEPTED, Json(Health { status: "cancelling", message })))
}
