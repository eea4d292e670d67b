use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
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
    /// It is the same for every client until the next deployment.
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

/// Names an answer among all that its address may have (RFC 9110, 8.8.3), by this text, which must be
/// visible ASCII without quotation marks.
pub fn entity_tag(text: &str) -> HeaderValue {
    HeaderValue::try_from(format!("\"{text}\""))
        .unwrap_or_else(|_| HeaderValue::from_static("\"\""))
}

/// The same by 64 bits of a hash: enough to distinguish the few answers of one address.
pub fn entity_tag_of_bytes(bytes: &[u8]) -> HeaderValue {
    let first = Sha256::digest(bytes).into_iter().take(8);
    let tag = first.fold(0_u64, |tag, byte| (tag << 8) | u64::from(byte));
    entity_tag(&format!("{tag:016x}"))
}

/// This answer with its tag, or 304 when the client has the same one (RFC 9110, 13.1.2).
pub fn conditional(
    request: &HeaderMap,
    rule: CacheRule,
    tag: HeaderValue,
    body: impl IntoResponse,
) -> Response {
    let has_tag = rule != CacheRule::Never;
    let mut response = if has_tag && matches(request, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        body.into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, rule.header());
    if has_tag {
        headers.insert(header::ETAG, tag);
    }
    response
}

fn matches(request: &HeaderMap, tag: &HeaderValue) -> bool {
    request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        // A proxy that compresses makes the tag weak; weak comparison is the rule here.
        .map(|candidate| candidate.trim().trim_start_matches("W/"))
        .any(|candidate| candidate == "*" || candidate.as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_with(if_none_match: Option<&str>, rule: CacheRule) -> Response {
        let mut request = HeaderMap::new();
        if let Some(value) = if_none_match {
            request.insert(header::IF_NONE_MATCH, value.parse().unwrap());
        }
        conditional(&request, rule, entity_tag_of_bytes(b"body"), "body")
    }

    fn tag() -> String {
        let response = asked_with(None, CacheRule::MayChange);
        response.headers()[header::ETAG].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_client_that_has_the_answer_hears_so() {
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
        assert_ne!(entity_tag_of_bytes(b"one"), entity_tag_of_bytes(b"two"));
    }

    #[test]
    fn an_uncertain_answer_has_no_tag_and_is_never_unchanged() {
        let response = asked_with(Some("*"), CacheRule::Never);
        assert_eq!(response.status(), StatusCode::OK);
        assert!(!response.headers().contains_key(header::ETAG));
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}
