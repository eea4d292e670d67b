//! What the head of a request says: what its client would rather have (RFC 9110, 12.5), how long it would
//! wait (RFC 7240), and which client it is.

mod accept;
mod client_address;
mod language;
mod logged_registration_id;
mod origin;
mod prefer;
mod rate_limit;
mod route;

pub use accept::prefers_html;
use axum::http::HeaderName;
pub use client_address::{Peer, client_address, is_trusted, network};
pub use language::{LANGUAGE_PARAMETER, chosen_language, preferred_language};
pub use logged_registration_id::LoggedRegistrationId;
pub use origin::origin;
pub use prefer::{PREFER, PREFERENCE_APPLIED, applied, preferred_wait};
pub use rate_limit::{RateLimit, RateLimited};
pub use route::{is_probe, is_upload, route_of};

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, header};

    use super::*;

    /// Shared with the tests of whatever else decides by these headers.
    const TABLE: &str = include_str!("../../../tests/corpus/negotiation.tsv");

    #[test]
    fn clients_get_what_the_shared_table_says() {
        let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
        let mut checked = 0;
        for row in rows.map(|row| row.split('\t').collect::<Vec<_>>()) {
            let [name, expected, value] = row[..] else { panic!("{row:?} has no three columns") };
            let with = |name| HeaderMap::from_iter([(name, value.parse().unwrap())]);
            let got = match name {
                "accept" if prefers_html(&with(header::ACCEPT)) => "page",
                "accept" => "json",
                "accept-language" => preferred_language(&with(header::ACCEPT_LANGUAGE)).code(),
                _ => panic!("{name} is no header of the table"),
            };
            assert_eq!(got, expected, "{name}: {value}");
            checked += 1;
        }
        assert!(checked > 100);
        assert_eq!(preferred_language(&HeaderMap::new()).code(), "en");
    }
}
