//! `Prefer: wait=N` (RFC 7240): hold the answer back for the outcome.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use registrar_http::field_value::{elements, name_and_value, parts, unquoted, values};

pub const PREFER: HeaderName = HeaderName::from_static("prefer");
pub const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// How long the client is willing to wait for an outcome, at most `longest`; `None` when it did
/// not say, or in a way that a server must ignore (RFC 7240).
pub fn preferred_wait(headers: &HeaderMap, longest: Duration) -> Option<Duration> {
    let mut preferences = elements(values(headers, &PREFER)).filter_map(|element| {
        // What follows are parameters, of which a wait has none.
        let (name, value) = name_and_value(parts(element, b';').next()?);
        name.eq_ignore_ascii_case(b"wait").then_some(value)
    });
    // The first of several counts (RFC 7240, section 2).
    let seconds = whole_seconds(&unquoted(preferences.next()?))?;
    let wait = Duration::from_secs(seconds).min(longest);
    (!wait.is_zero()).then_some(wait)
}

/// `delta-seconds`: digits only, as many as there may be (RFC 9110, section 10.2.3).
fn whole_seconds(value: &[u8]) -> Option<u64> {
    let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    is_number.then(|| str::from_utf8(value).ok()?.parse().ok()).map(|n| n.unwrap_or(u64::MAX))
}

/// The value of `Preference-Applied` for a wait that was heeded.
pub fn applied(wait: Duration) -> HeaderValue {
    HeaderValue::try_from(format!("wait={}", wait.as_secs()))
        .unwrap_or_else(|_| HeaderValue::from_static("wait"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(values: &[&str]) -> Option<u64> {
        let headers =
            values.iter().map(|value| (PREFER, value.parse().unwrap())).collect::<HeaderMap>();
        preferred_wait(&headers, Duration::from_secs(30)).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_wait_is_read_in_every_notation() {
        for value in [
            "wait=10",
            "WAIT = 10",
            "wait=\"10\"",
            "wait=\"1\\0\"",
            "respond-async, wait=10",
            "wait=10; x=1",
            "wait=10;",
            ", ,wait=10",
            "x=\"a, wait=9\", wait=10",
            "x=\"a\\\", wait=9\"; y=\"wait=8\", wait=10",
            "foo; wait=9, wait=10",
        ] {
            assert_eq!(wait(&[value]), Some(10), "{value}");
        }
        assert_eq!(wait(&["respond-async", "wait=10"]), Some(10));
    }

    #[test]
    fn a_wait_is_bounded() {
        assert_eq!(wait(&["wait=31"]), Some(30));
        assert_eq!(wait(&["wait=18446744073709551615"]), Some(30));
        assert_eq!(wait(&["wait=99999999999999999999999"]), Some(30));
    }

    #[test]
    fn the_first_wait_counts() {
        assert_eq!(wait(&["wait=5, wait=10"]), Some(5));
        assert_eq!(wait(&["wait=soon", "wait=10"]), None);
    }

    #[test]
    fn what_is_not_a_wait_is_ignored() {
        for value in [
            "",
            "wait",
            "wait=",
            "wait=\"\"",
            "wait=soon",
            "wait=-1",
            "wait=+5",
            "wait=5.5",
            "wait=\" 5\"",
            "wait=0",
            "await=5",
            "handling=lenient",
            "x=\"wait=5\"",
            "x=\"a, wait=5",
        ] {
            assert_eq!(wait(&[value]), None, "{value}");
        }
    }

    #[test]
    fn the_applied_wait_is_named() {
        assert_eq!(applied(Duration::from_secs(7)), "wait=7");
    }
}
