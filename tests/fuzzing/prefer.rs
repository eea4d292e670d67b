use std::time::Duration;

use registrar_api::http::{PREFER, applied, preferred_wait};
use reqwest::header::{HeaderMap, HeaderValue};

use super::corpus::holds_for;

const LONGEST: Duration = Duration::from_secs(30);

#[test]
fn any_preference_is_a_bounded_wait_or_none() {
    holds_for("prefer", |bytes| {
        let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
        let Some(wait) = preferred_wait(&HeaderMap::from_iter([(PREFER, value)]), LONGEST) else {
            return;
        };
        assert!(wait > Duration::ZERO && wait <= LONGEST);
        let applied_wait = HeaderMap::from_iter([(PREFER, applied(wait))]);
        assert_eq!(preferred_wait(&applied_wait, LONGEST), Some(wait));
    });
}
