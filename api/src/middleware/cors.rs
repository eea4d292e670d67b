use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::prefer::{PREFER, PREFERENCE_APPLIED};

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
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("last-event-id"),
            HeaderName::from_static("traceparent"),
            HeaderName::from_static("tracestate"),
            PREFER,
        ])
        .expose_headers([header::ETAG, header::LOCATION, header::RETRY_AFTER, PREFERENCE_APPLIED])
        .max_age(PREFLIGHT_MAX_AGE);
    Some(layer)
}

/// Reads an origin, as a browser writes it: `https://school.example` or `http://localhost:5173`.
///
/// # Errors
/// The rest of a sentence that says what would be right.
pub fn origin(value: &str) -> Result<HeaderValue, String> {
    let host = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    let is_origin = host.is_some_and(|host| {
        !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ', ','])
    });
    HeaderValue::try_from(value).ok().filter(|_| is_origin).ok_or_else(|| {
        "it must be origins such as https://school.example, without a path, separated by commas"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_have_a_scheme_and_no_path() {
        for value in ["https://school.example", "http://localhost:5173"] {
            assert_eq!(origin(value).unwrap(), value);
        }
        for value in ["", "*", "school.example", "https://", "https://school.example/", "null"] {
            assert!(origin(value).is_err(), "{value}");
        }
    }
}
