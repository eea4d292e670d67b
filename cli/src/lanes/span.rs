//! Lengths of time, as people say them.

use std::time::Duration;

/// In the two largest units, rounded to the second: `45s`, `29m 59s`, `2h 0m`, `3d 4h`.
pub(crate) fn of(length: Duration) -> String {
    let seconds = (length + Duration::from_millis(500)).as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {}m", minutes % 60),
        _ => format!("{days}d {}h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_is_told_in_its_two_largest_units() {
        for (milliseconds, text) in [
            (0, "0s"),
            (499, "0s"),
            (59_499, "59s"),
            (59_500, "1m 0s"),
            (1_799_000, "29m 59s"),
            (7_200_000, "2h 0m"),
            (273_600_000, "3d 4h"),
        ] {
            assert_eq!(of(Duration::from_millis(milliseconds)), text);
        }
    }
}
