use axum::http::header::Entry;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// For answers that say nothing else: pages may do nothing with them, and nothing keeps them.
const DEFAULTS: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // References are in addresses, and open a status.
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Adds security headers where the handler has not set them itself.
pub(super) fn add_missing(headers: &mut HeaderMap) {
    headers.reserve(DEFAULTS.len());
    for (name, value) in DEFAULTS {
        if let Entry::Vacant(missing) = headers.entry(name) {
            missing.insert(value);
        }
    }
}
