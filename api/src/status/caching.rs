use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Who may keep an answer, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheRule {
    /// It never changes: the person's own browser may keep it.
    Final,
    /// It may change any time: ask again, by its `ETag`.
    MayChange,
    /// It says nothing certain.
    Never,
    /// It is the same for everybody until the next deployment.
    Public,
}

impl CacheRule {
    fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Final => "private, max-age=86400",
            Self::MayChange => "private, no-cache",
            Self::Never => "no-store",
            Self::Public => "public, max-age=300",
        })
    }
}

/// A JSON answer with an `ETag`, or 304 when the client has the same one (RFC 9110, 13.1.2).
pub fn conditional(request: &HeaderMap, rule: CacheRule, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => conditional_bytes(request, rule, "application/json", bytes.into()),
        // A map with keys that are no strings; none of our bodies is one.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The same for an answer that is rendered already.
pub fn conditional_bytes(
    request: &HeaderMap,
    rule: CacheRule,
    content_type: &'static str,
    bytes: Bytes,
) -> Response {
    let tag = entity_tag(&bytes);
    let mut response = if rule != CacheRule::Never && matches(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, content_type)], bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, rule.header());
    if let (true, Ok(tag)) = (rule != CacheRule::Never, HeaderValue::try_from(tag)) {
        headers.insert(header::ETAG, tag);
    }
    response
}

/// 64 bits of a hash, in quotes: enough to tell the few answers of one address apart.
fn entity_tag(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    let mut tag = String::from('"');
    for byte in &Sha256::digest(bytes)[..8] {
        // Writing to a string cannot fail.
        _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

fn matches(request: &HeaderMap, tag: &str) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        // A proxy that compresses makes the tag weak; weak comparison is the rule here.
        .map(|candidate| candidate.trim().trim_start_matches("W/"))
        .any(|candidate| candidate == "*" || candidate == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_with(if_none_match: Option<&str>, rule: CacheRule) -> Response {
        let mut request = HeaderMap::new();
        if let Some(value) = if_none_match {
            request.insert(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        conditional(&request, rule, &"body")
    }

    fn tag() -> String {
        let response = asked_with(None, CacheRule::MayChange);
        response.headers()[header::ETAG].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_client_that_has_the_answer_is_told_so() {
        let tag = tag();
        for value in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
            let response = asked_with(Some(&value), CacheRule::Final);
            assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{value}");
            assert_eq!(response.headers()[header::ETAG], tag.as_str());
            assert_eq!(response.headers()[header::CACHE_CONTROL], "private, max-age=86400");
        }
    }

    #[test]
    fn a_client_that_has_another_answer_gets_this_one() {
        for value in [None, Some("\"other\""), Some("")] {
            assert_eq!(asked_with(value, CacheRule::MayChange).status(), StatusCode::OK);
        }
        assert_ne!(entity_tag(b"one"), entity_tag(b"two"));
    }

    #[test]
    fn an_uncertain_answer_has_no_tag_and_is_never_unchanged() {
        let response = asked_with(Some("*"), CacheRule::Never);
        assert_eq!(response.status(), StatusCode::OK);
        assert!(!response.headers().contains_key(header::ETAG));
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}
