//! How old the oldest message of a queue is, from the broker's own record of how many came when.
//!
//! Quorum queues do not report the time of their oldest message, and getting it counts as
//! a delivery of it, of which it has only so many. But a queue is a queue: of `published` messages
//! `waiting` are left, the last ones; so the oldest is the one that came when the counter passed
//! `published - waiting`. The record has a sample every few seconds or minutes, which is how exact
//! the answer is.

use std::time::Duration;

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Sample {
    sample: i64,
    /// In milliseconds since 1970.
    timestamp: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Nothing,
    About(Duration),
    /// Older than the record, which goes back this far.
    AtLeast(Duration),
    /// The broker keeps no record, or has just begun with it.
    Unknown,
}

/// Reads the record; `samples` with the newest first, as the broker gives them.
pub(super) fn oldest_age(waiting: i64, published: i64, samples: &[Sample]) -> Age {
    if waiting <= 0 {
        return Age::Nothing;
    }
    let Some(now) = samples.first().map(|newest| newest.timestamp) else { return Age::Unknown };
    let ago = |timestamp: i64| {
        Duration::from_millis(u64::try_from(now.saturating_sub(timestamp)).unwrap_or(0))
    };
    let gone = published - waiting;
    if gone < 0 {
        // Counting began anew, with messages in the queue: they are older than all that was counted.
        let counted = samples.iter().rfind(|sample| sample.sample > 0);
        return counted.map_or(Age::Unknown, |first| Age::AtLeast(ago(first.timestamp)));
    }
    let mut after = now;
    for sample in samples {
        if sample.sample <= gone {
            return Age::About(ago(i64::midpoint(sample.timestamp, after)));
        }
        after = sample.timestamp;
    }
    Age::AtLeast(ago(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(counts: &[i64]) -> Vec<Sample> {
        let moments = (0..).map(|number| 1_000_000_000 - 5_000 * number);
        let sample = |(&sample, timestamp)| Sample { sample, timestamp };
        counts.iter().zip(moments).map(sample).collect()
    }

    fn about(milliseconds: u64) -> Age {
        Age::About(Duration::from_millis(milliseconds))
    }

    fn at_least(seconds: u64) -> Age {
        Age::AtLeast(Duration::from_secs(seconds))
    }

    #[test]
    fn the_oldest_came_when_the_counter_passed_those_that_are_gone() {
        let record = samples(&[100, 90, 80, 80, 50]);
        for (waiting, age) in [
            (0, Age::Nothing),
            (5, about(2_500)),
            (10, about(2_500)),
            (11, about(7_500)),
            (20, about(7_500)),
            (21, about(17_500)),
            (50, about(17_500)),
            (51, at_least(20)),
        ] {
            assert_eq!(oldest_age(waiting, 100, &record), age, "{waiting} wait");
        }
    }

    #[test]
    fn after_a_restart_of_the_broker_what_was_there_before_is_older_than_the_count() {
        assert_eq!(oldest_age(60, 50, &samples(&[50, 10, 0, 0])), at_least(5));
        assert_eq!(oldest_age(60, 0, &samples(&[0, 0, 0])), Age::Unknown);
    }

    #[test]
    fn without_a_record_the_age_is_unknown_unless_nothing_waits() {
        assert_eq!(oldest_age(1, 1, &[]), Age::Unknown);
        assert_eq!(oldest_age(0, 0, &[]), Age::Nothing);
    }
}
