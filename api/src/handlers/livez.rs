//! `GET /livez`.

use axum::Json;

use super::Health;

/// Whether the process runs; for orchestrators, which restart one that does not.
#[utoipa::path(get, path = "/livez", tag = "service", responses((status = 200, body = Health)))]
pub async fn livez() -> Json<Health> {
    Json(Health { status: "ok", message: "The process runs." })
}
