//! `GET /openapi.json`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::state::Api;
use crate::status::{CacheRule, EntityTag, conditional_bytes};

/// This documentation for programs (OpenAPI).
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "An OpenAPI document.", content_type = "application/json"))
)]
pub async fn openapi(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let document = api.documents.openapi.clone();
    conditional_bytes(
        &headers,
        CacheRule::Public,
        &EntityTag::from_bytes(&document),
        "application/json",
        &document,
    )
}
