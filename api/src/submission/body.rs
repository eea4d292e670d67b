use std::error::Error;
use std::time::Duration;
use std::{io, iter};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use registrar_http::field_value::{elements, values};

use crate::problem::{Problem, ProblemKind};

/// The formats a registration may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// `application/json`, or any type that ends in `+json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
}

impl MediaType {
    /// The format of a body with these headers.
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut codings = elements(values(headers, &header::CONTENT_ENCODING));
        if codings.any(|coding| !coding.eq_ignore_ascii_case(b"identity")) {
            return Err(unsupported("Send the body as it is, without a Content-Encoding.")
                .with_header(header::ACCEPT_ENCODING, HeaderValue::from_static("identity")));
        }
        let essence = essence(headers);
        if essence.eq_ignore_ascii_case("application/json") {
            return Ok(Self::Json);
        }
        if essence.eq_ignore_ascii_case(FORM) {
            return Ok(Self::Form);
        }
        match essence.to_ascii_lowercase().as_str() {
            other if other.starts_with("application/") && other.ends_with("+json") => {
                Ok(Self::Json)
            }
            other => {
                let sentence = if other.is_empty() {
                    "Send a Content-Type header with the registration: application/json or \
                     application/x-www-form-urlencoded."
                } else if is_json_by_another_name(other) {
                    "Send JSON with Content-Type: application/json."
                } else {
                    "Send the registration as application/json or \
                     application/x-www-form-urlencoded, and say so in Content-Type."
                };
                // RFC 9110, 15.5.16; the second header is that of Linked Data Platform 1.0, 7.1.2.
                let accepted = HeaderValue::from_static(ACCEPTED);
                Err(unsupported(sentence)
                    .with_header(header::ACCEPT, accepted.clone())
                    .with_header(ACCEPT_POST, accepted))
            }
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const ACCEPTED: &str = "application/json, application/x-www-form-urlencoded";
const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");

/// Whether a body comes from a form of a page: with scripts or without, these are the types that
/// browsers send.
pub fn is_form_media_type(headers: &HeaderMap) -> bool {
    let essence = essence(headers);
    [FORM, "multipart/form-data", "text/plain"]
        .iter()
        .any(|form| form.eq_ignore_ascii_case(essence))
}

/// The media type without its parameters; empty when there is none.
fn essence(headers: &HeaderMap) -> &str {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim()
}

/// `text/json`, `application/x-json` and the like.
fn is_json_by_another_name(essence: &str) -> bool {
    essence.split_once('/').is_some_and(|(_, subtype)| subtype.trim_start_matches("x-") == "json")
}

fn unsupported(message: &str) -> Problem {
    Problem::new(ProblemKind::UnsupportedMediaType, message)
}

/// The whole body, when it is no longer than `limit` bytes and arrives within `timeout`.
pub async fn read_body(
    headers: &HeaderMap,
    body: Body,
    limit: usize,
    timeout: Duration,
) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(
            ProblemKind::BodyTooLarge,
            format!("The body is larger than {limit} bytes. Send one registration only."),
        )
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > limit)
    {
        return Err(too_large());
    }
    match tokio::time::timeout(timeout, Limited::new(body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) if is_badly_chunked(&*error) => Err(Problem::new(
            ProblemKind::MalformedRequest,
            "The chunks of the body are not well-formed. Send it with a Content-Length, or with a \
             library for HTTP.",
        )),
        Ok(Err(_)) => Err(Problem::new(
            ProblemKind::MalformedRequest,
            "The registration broke off before its end. Please send it again.",
        )),
        Err(_elapsed) => Err(Problem::new(
            ProblemKind::BodyTimeout,
            "The registration did not arrive in time. Please send it again.",
        )),
    }
}

/// Whether it is hyper's error for what is no chunk, and not for a body that breaks off.
fn is_badly_chunked(error: &(dyn Error + 'static)) -> bool {
    let causes = iter::successors(Some(error), |error| (*error).source());
    causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| {
        matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
    })
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;

    use super::*;

    const TIMEOUT: Duration = Duration::from_secs(5);

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn json_and_forms_are_distinguished_by_their_type() {
        for (value, expected) in [
            ("application/json", MediaType::Json),
            ("Application/JSON; charset=utf-8", MediaType::Json),
            ("application/vnd.school+json", MediaType::Json),
            ("application/x-www-form-urlencoded;charset=UTF-8", MediaType::Form),
        ] {
            let headers = headers(&[(header::CONTENT_TYPE, value)]);
            assert_eq!(MediaType::of(&headers).unwrap(), expected, "{value}");
        }
    }

    #[test]
    fn what_is_unsupported_is_answered_with_what_would_do() {
        let json = (header::CONTENT_TYPE, "application/json");
        let gzip = (header::CONTENT_ENCODING, "gzip");
        for (pairs, named, expected, sentence) in [
            (&[][..], header::ACCEPT, ACCEPTED, "Send a Content-Type header"),
            (&[(header::CONTENT_TYPE, "text/json")], header::ACCEPT, ACCEPTED, "application/json."),
            (&[(header::CONTENT_TYPE, "text/plain")], header::ACCEPT, ACCEPTED, "say so"),
            (
                &[(header::CONTENT_TYPE, "multipart/form-data; boundary=x")],
                ACCEPT_POST,
                ACCEPTED,
                "say so",
            ),
            (&[json.clone(), gzip.clone()], header::ACCEPT_ENCODING, "identity", "as it is"),
            (
                &[json.clone(), (header::CONTENT_ENCODING, "identity, br")],
                header::ACCEPT_ENCODING,
                "identity",
                "as it is",
            ),
            (
                &[json.clone(), (header::CONTENT_ENCODING, "identity"), gzip],
                header::ACCEPT_ENCODING,
                "identity",
                "as it is",
            ),
        ] {
            let problem = MediaType::of(&headers(pairs)).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::UnsupportedMediaType);
            assert!(format!("{problem:?}").contains(sentence), "{problem:?}");
            assert_eq!(problem.into_response().headers()[named], expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_body_that_is_not_encoded_may_say_so() {
        for coding in ["identity", "Identity, identity", ""] {
            let pairs =
                [(header::CONTENT_TYPE, "application/json"), (header::CONTENT_ENCODING, coding)];
            assert_eq!(MediaType::of(&headers(&pairs)).unwrap(), MediaType::Json, "{coding}");
        }
    }

    #[tokio::test]
    async fn a_body_of_just_the_limit_is_read_and_a_longer_one_is_too_large() {
        let read = async |length: usize| {
            read_body(&HeaderMap::new(), Body::from("x".repeat(length)), 16, TIMEOUT).await
        };
        assert_eq!(read(16).await.unwrap().len(), 16);
        assert_eq!(read(17).await.unwrap_err().kind(), ProblemKind::BodyTooLarge);
    }

    #[tokio::test]
    async fn a_length_over_the_limit_is_refused_before_the_body_comes() {
        let headers = headers(&[(header::CONTENT_LENGTH, "17")]);
        let never =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let problem = read_body(&headers, never, 16, TIMEOUT).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::BodyTooLarge);
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let never =
            Body::from_stream(futures_util::stream::pending::<Result<Bytes, std::io::Error>>());
        let problem =
            read_body(&HeaderMap::new(), never, 16, Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::BodyTimeout);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_malformed() {
        let broken = futures_util::stream::iter([Err::<Bytes, _>(std::io::Error::other("cut"))]);
        let problem =
            read_body(&HeaderMap::new(), Body::from_stream(broken), 16, TIMEOUT).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
    }
}
