use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::http::{IDEMPOTENCY_KEY, PREFER, PREFERENCE_APPLIED, TRACEPARENT, TRACESTATE};

/// How long a browser may remember the answer to its preflight; Chromium's own maximum.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_hours(2);

/// Lets pages of these origins call the API; nothing when there are none. There are no cookies, so
/// no credentials either.
pub fn cross_origin(origins: &[HeaderValue]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.to_vec()))
        .allow_methods([Method::GET, Method::HEAD, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            HeaderName::from_static("last-event-id"),
            TRACEPARENT,
            TRACESTATE,
            PREFER,
        ])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER, PREFERENCE_APPLIED])
        .max_age(PREFLIGHT_MAX_AGE);
    Some(layer)
}
