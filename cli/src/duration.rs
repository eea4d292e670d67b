//! Durations and moments, as people write and read them.

use std::time::Duration;

use registrar_domain::clock;
use registrar_runtime::config;
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

const DAY_S: u64 = 86_400;

/// Parses a duration, which may also be in days: `30d`.
pub(crate) fn parse_age(text: &str) -> Result<Duration, String> {
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
pub(crate) fn age_since(moment: OffsetDateTime) -> String {
    age(Duration::try_from(clock::now() - moment).unwrap_or_default())
}

fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    if (60..3_600).contains(&seconds) { format!("{}m", seconds / 60) } else { two_units(seconds) }
}

/// In its two largest units, rounded to the second: `45s`, `29m 59s`, `2h 0m`, `3d 4h`.
pub(crate) fn exact(length: Duration) -> String {
    two_units((length + Duration::from_millis(500)).as_secs())
}

fn two_units(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / DAY_S);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

pub(crate) fn moment(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    utc.replace_nanosecond(0).unwrap_or(utc).format(&Rfc3339).unwrap_or_default()
}

pub(crate) fn day(moment: OffsetDateTime) -> String {
    moment.to_offset(UtcOffset::UTC).date().to_string()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_age_has_its_largest_units() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (60, "1m"),
            (3_599, "59m"),
            (7_500, "2h 5m"),
            (86_399, "23h 59m"),
            (180_000, "2d 2h"),
        ] {
            assert_eq!(age(Duration::from_secs(seconds)), text);
        }
        assert_eq!(age_since(clock::now() + Duration::from_mins(5)), "0s");
    }

    #[test]
    fn a_length_of_time_has_its_two_largest_units() {
        for (milliseconds, text) in [
            (0, "0s"),
            (499, "0s"),
            (59_499, "59s"),
            (59_500, "1m 0s"),
            (1_799_000, "29m 59s"),
            (7_200_000, "2h 0m"),
            (273_600_000, "3d 4h"),
        ] {
            assert_eq!(exact(Duration::from_millis(milliseconds)), text);
        }
    }

    #[test]
    fn ages_may_be_given_in_days() {
        assert_eq!(parse_age("30d"), Ok(Duration::from_hours(720)));
        assert_eq!(parse_age("90s"), Ok(Duration::from_secs(90)));
        for wrong in ["", "d", "30", "-1d", "1w", "999999999999999999d"] {
            assert!(parse_age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moment_is_shown_to_the_second() {
        assert_eq!(moment(datetime!(2026-01-02 03:04:05.678 +1)), "2026-01-02T02:04:05Z");
    }
}
