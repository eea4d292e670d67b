//! `GET /docs` and its style sheet.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::docs::STYLE;
use crate::state::Api;
use crate::status::{CacheRule, EntityTag, conditional_bytes};

/// The page needs its own style sheet and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

/// This documentation for people.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "A page.", content_type = "text/html"))
)]
pub async fn docs(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let page = api.documents.page.clone();
    let mut response = conditional_bytes(
        &headers,
        CacheRule::Public,
        &EntityTag::from_bytes(&page),
        "text/html; charset=utf-8",
        &page,
    );
    let policy = HeaderValue::from_static(PAGE_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The style of the page.
pub async fn style(headers: HeaderMap) -> Response {
    let style = Bytes::from_static(STYLE.as_bytes());
    conditional_bytes(
        &headers,
        CacheRule::Public,
        &EntityTag::from_bytes(&style),
        "text/css; charset=utf-8",
        &style,
    )
}
