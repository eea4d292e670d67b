//! The wall clock.

use time::OffsetDateTime;

/// The moment. The only place that reads the clock, so that there is one for a test to replace.
#[expect(clippy::disallowed_methods, reason = "the one place that may")]
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}
