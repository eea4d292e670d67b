//! When to report a collector that cannot be reached.

use std::time::{Duration, Instant};

/// The least time between two warnings.
const QUIET: Duration = Duration::from_mins(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Lost,
    Regained,
}

/// Turns a stream of export results into few notices: at most one of each kind per [`QUIET`].
#[derive(Debug, Default)]
pub(super) struct Outage {
    warned_at: Option<Instant>,
    is_lost: bool,
}

impl Outage {
    pub(super) fn after_export(&mut self, worked: bool, now: Instant) -> Option<Notice> {
        if worked {
            return std::mem::take(&mut self.is_lost).then_some(Notice::Regained);
        }
        let is_quiet = self.warned_at.is_some_and(|at| now.duration_since(at) < QUIET);
        if is_quiet {
            return None;
        }
        self.warned_at = Some(now);
        self.is_lost = true;
        Some(Notice::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_collector_costs_one_warning() {
        let start = Instant::now();
        let mut outage = Outage::default();
        let said: Vec<Notice> = (0..100)
            .filter_map(|second| outage.after_export(false, start + Duration::from_secs(second)))
            .collect();
        assert_eq!(said, [Notice::Lost]);
        assert_eq!(outage.after_export(false, start + QUIET), Some(Notice::Lost));
    }

    #[test]
    fn a_collector_that_comes_back_is_reported_once() {
        let now = Instant::now();
        let mut outage = Outage::default();
        assert_eq!(outage.after_export(true, now), None);
        outage.after_export(false, now);
        assert_eq!(outage.after_export(true, now), Some(Notice::Regained));
        assert_eq!(outage.after_export(true, now), None);
    }

    #[test]
    fn a_flapping_collector_does_not_flood_the_log() {
        let now = Instant::now();
        let mut outage = Outage::default();
        let said = (0..100).filter_map(|turn| outage.after_export(turn % 2 == 1, now)).count();
        assert_eq!(said, 2);
    }
}
