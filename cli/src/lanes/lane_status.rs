//! What is known of one lane.

use registrar_domain::Lane;
use registrar_messaging::LiveCounts;
use registrar_storage::LanePause;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::broker::{Age, Queue};
use crate::duration;
use crate::table::Column;

pub(super) const COLUMNS: [Column; 8] = [
    Column::Text("LANE"),
    Column::Number("READY"),
    Column::Number("UNACKED"),
    Column::Number("CONSUMERS"),
    Column::Number("OLDEST"),
    Column::Number("IN/S"),
    Column::Number("OUT/S"),
    Column::Text("STATE"),
];

#[derive(Clone, Debug)]
pub(super) enum PauseStatus {
    Not,
    Until(LanePause),
    Unknown,
}

#[derive(Debug)]
pub(super) struct LaneStatus {
    pub(super) lane: Lane,
    pub(super) queue: Queue,
    pub(super) oldest: Age,
    pub(super) pausing: PauseStatus,
}

impl LaneStatus {
    pub(super) fn update(&mut self, live: LiveCounts) {
        self.queue.update(live);
    }

    /// For people.
    pub(super) fn row(&self) -> [String; 8] {
        let rate = |rate: Option<f64>| rate.map_or("-".to_owned(), |rate| format!("{rate:.1}"));
        let rates = self.queue.rates();
        [
            self.lane.to_string(),
            self.queue.messages_ready.to_string(),
            self.queue.messages_unacknowledged.to_string(),
            self.queue.consumers.to_string(),
            match self.oldest {
                Age::Nothing => "-".to_owned(),
                Age::About(age) => format!("~{}", duration::exact(age)),
                Age::AtLeast(age) => format!(">{}", duration::exact(age)),
                Age::Unknown => "unknown".to_owned(),
            },
            rate(rates.map(|rates| rates.coming)),
            rate(rates.map(|rates| rates.going)),
            self.state(),
        ]
    }

    fn state(&self) -> String {
        match (&self.pausing, self.queue.consumers) {
            (PauseStatus::Until(pause), _) => format!(
                "paused until {} ({} left) by {}: {}",
                pause.until_text(),
                duration::exact(pause.left),
                pause.by,
                pause.reason
            ),
            (PauseStatus::Not, 0) => "no worker consumes it".to_owned(),
            (PauseStatus::Not, _) => "consumed".to_owned(),
            (PauseStatus::Unknown, 0) => "not consumed; unknown whether it is paused".to_owned(),
            (PauseStatus::Unknown, _) => "consumed; unknown whether it is paused".to_owned(),
        }
    }

    /// For scripts. What is not known is null.
    pub(super) fn json(&self) -> Value {
        let rates = self.queue.rates();
        let (oldest_age_s, oldest_age) = match self.oldest {
            Age::Nothing => (None, "none"),
            Age::About(age) => (Some(age.as_secs_f64()), "about"),
            Age::AtLeast(age) => (Some(age.as_secs_f64()), "at_least"),
            Age::Unknown => (None, "unknown"),
        };
        let (is_paused, pause) = match &self.pausing {
            PauseStatus::Not => (Some(false), None),
            PauseStatus::Until(pause) => (Some(true), Some(pause)),
            PauseStatus::Unknown => (None, None),
        };
        json!({
            "lane": self.lane.as_str(),
            "ready": self.queue.messages_ready,
            "unacked": self.queue.messages_unacknowledged,
            "consumers": self.queue.consumers,
            "oldest_age_s": oldest_age_s,
            "oldest_age": oldest_age,
            "in_per_s": rates.map(|rates| rates.coming),
            "out_per_s": rates.map(|rates| rates.going),
            "is_paused": is_paused,
            "pause": pause.map(pause_json),
        })
    }
}

fn pause_json(pause: &LanePause) -> Value {
    json!({
        "since": pause.since.format(&Rfc3339).ok(),
        "until": pause.until.format(&Rfc3339).ok(),
        "left_s": pause.left.as_secs_f64(),
        "by": pause.by,
        "reason": pause.reason,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use time::macros::datetime;

    use super::*;
    use crate::table::table;

    fn queue(consumers: u64) -> Queue {
        serde_json::from_value(json!({
            "messages_ready": 1200,
            "messages_unacknowledged": 30,
            "consumers": consumers,
            "message_stats": {
                "publish": 5000,
                "publish_details": { "rate": 12.34 },
                "ack_details": { "rate": 0.0 },
            },
        }))
        .unwrap()
    }

    fn pause() -> LanePause {
        LanePause {
            id: 1,
            lane: Lane::Bulk,
            until: datetime!(2026-01-02 03:30:00 UTC),
            left: Duration::from_secs(1_739),
            reason: "a disk is replaced".to_owned(),
            by: "ada".to_owned(),
            since: datetime!(2026-01-02 03:00:00 UTC),
        }
    }

    fn lane_status(consumers: u64, oldest: Age, pausing: PauseStatus) -> LaneStatus {
        LaneStatus { lane: Lane::Bulk, queue: queue(consumers), oldest, pausing }
    }

    #[test]
    fn a_lane_is_one_line_for_people() {
        let consumed = lane_status(2, Age::About(Duration::from_secs(75)), PauseStatus::Not);
        let paused =
            lane_status(0, Age::AtLeast(Duration::from_hours(1)), PauseStatus::Until(pause()));
        assert_eq!(
            table(COLUMNS, &[consumed.row(), paused.row()]),
            "LANE  READY  UNACKED  CONSUMERS   OLDEST  IN/S  OUT/S  STATE\n\
             bulk   1200       30          2  ~1m 15s  12.3    0.0  consumed\n\
             bulk   1200       30          0   >1h 0m  12.3    0.0  paused until 2026-01-02 03:30:00 UTC (28m 59s left) by ada: a disk is replaced\n"
        );
    }

    #[test]
    fn a_lane_that_is_not_consumed_or_not_known_says_so() {
        for (consumers, pausing, state) in [
            (0, PauseStatus::Not, "no worker consumes it"),
            (0, PauseStatus::Unknown, "not consumed; unknown whether it is paused"),
            (1, PauseStatus::Unknown, "consumed; unknown whether it is paused"),
        ] {
            assert_eq!(lane_status(consumers, Age::Unknown, pausing).state(), state);
        }
    }

    #[test]
    fn what_is_unknown_is_null_for_scripts() {
        let json = lane_status(0, Age::Unknown, PauseStatus::Unknown).json();
        for key in ["oldest_age_s", "is_paused", "pause"] {
            assert_eq!(json[key], Value::Null, "{key}");
        }
        assert_eq!(json["oldest_age"], "unknown");
    }

    #[test]
    fn a_pause_is_reported_whole_to_scripts() {
        let json = lane_status(0, Age::Nothing, PauseStatus::Until(pause())).json();
        assert_eq!((&json["is_paused"], &json["oldest_age"]), (&json!(true), &json!("none")));
        assert_eq!(
            json["pause"],
            json!({
                "since": "2026-01-02T03:00:00Z",
                "until": "2026-01-02T03:30:00Z",
                "left_s": 1739.0,
                "by": "ada",
                "reason": "a disk is replaced",
            })
        );
    }
}
