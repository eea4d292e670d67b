//! How long ago something was, as people say it.

use std::time::Duration;

use registrar_runtime::config;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

const DAY_S: u64 = 86_400;

/// Parses a duration, which may also be in days: `30d`.
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "it must be a duration such as 90s, 15m, 2h or 30d".to_owned();
    match text.strip_suffix('d') {
        Some(days) => {
            let days: u64 = days.parse().map_err(|_| wrong())?;
            days.checked_mul(DAY_S).map(Duration::from_secs).ok_or_else(wrong)
        }
        None => config::duration(text).map_err(|_| wrong()),
    }
}

/// The time since `moment`, in its two largest units. A clock that is behind the database's makes
/// no negative ages.
pub(super) fn since(moment: OffsetDateTime) -> String {
    of(Duration::try_from(OffsetDateTime::now_utc() - moment).unwrap_or_default())
}

fn of(age: Duration) -> String {
    let seconds = age.as_secs();
    let (days, hours) = (seconds / DAY_S, seconds / 3_600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest}s"),
        (0, 0, _) => format!("{minutes}m"),
        (0, _, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

/// The moment in UTC, to the second.
pub(super) fn moment(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    utc.replace_nanosecond(0).unwrap_or(utc).format(&Rfc3339).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_age_is_told_in_its_largest_units() {
        for (seconds, told) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (7_500, "2h 5m"),
            (86_399, "23h 59m"),
            (180_000, "2d 2h"),
        ] {
            assert_eq!(of(Duration::from_secs(seconds)), told);
        }
        assert_eq!(since(OffsetDateTime::now_utc() + Duration::from_mins(5)), "0s");
    }

    #[test]
    fn ages_may_be_given_in_days() {
        assert_eq!(parse("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "d", "30", "-1d", "1w", "999999999999999999d"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_told_to_the_second() {
        assert_eq!(moment(datetime!(2026-01-02 03:04:05.678 +1)), "2026-01-02T02:04:05Z");
    }
}
