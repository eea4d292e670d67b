use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Documents;

/// The page needs its own style sheet and nothing else.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'";

pub fn routes() -> OpenApiRouter<Documents> {
    OpenApiRouter::new()
        .routes(routes!(openapi))
        .routes(routes!(docs))
        .route("/docs/style.css", get(style))
}

/// This documentation for programs (OpenAPI).
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    responses((status = 200, description = "An OpenAPI document.", content_type = "application/json"))
)]
async fn openapi(State(documents): State<Documents>, headers: HeaderMap) -> Response {
    documents.openapi.answer(&headers)
}

/// This documentation for people.
#[utoipa::path(
    get,
    path = "/docs",
    tag = "service",
    responses((status = 200, description = "A page.", content_type = "text/html"))
)]
async fn docs(State(documents): State<Documents>, headers: HeaderMap) -> Response {
    let mut response = documents.page.answer(&headers);
    let policy = HeaderValue::from_static(PAGE_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

async fn style(State(documents): State<Documents>, headers: HeaderMap) -> Response {
    documents.style.answer(&headers)
}
