use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use registrar_domain::{Decision, Outcome};
use time::OffsetDateTime;
use tokio::time::Instant;

/// No client should ask more often.
const SHORTEST: Duration = Duration::from_secs(1);
/// No client should wait longer once the queue is short again.
const LONGEST: Duration = Duration::from_secs(30);
/// A decision older than this says nothing of the queue as it is now.
const FRESH: time::Duration = time::Duration::seconds(30);
/// Each measurement moves the estimate by an eighth, as TCP's round-trip estimate does (RFC 6298).
const WEIGHT: u32 = 8;
/// A client that waits looks again sooner than this; when none has, nothing is known of a standstill.
const SILENCE: Duration = Duration::from_mins(1);

/// How long registrations wait for their outcome just now, learnt from the look-ups that the API
/// makes anyway.
#[derive(Clone, Debug, Default)]
pub(super) struct WaitEstimate(Arc<Mutex<Estimate>>);

#[derive(Debug, Default)]
struct Estimate {
    usual: Duration,
    standstill: Option<Standstill>,
}

/// Look-ups find registrations that wait, and no outcome that just came about. The measured waits
/// say nothing of it, and an id from a key does not say since when it waits.
#[derive(Clone, Copy, Debug)]
struct Standstill {
    since: Instant,
    last_seen: Instant,
}

impl WaitEstimate {
    /// Learns from a decision that was read at `now`.
    pub(super) fn observe(&self, decision: &Decision, now: OffsetDateTime) {
        let Some(accepted_at) = decision.accepted_at else { return };
        let is_held = matches!(decision.outcome, Outcome::OnHold(_));
        if is_held || now - decision.decided_at > FRESH {
            return;
        }
        let waited = Duration::try_from(decision.decided_at - accepted_at).unwrap_or_default();
        let mut estimate = self.lock();
        estimate.standstill = None;
        estimate.usual = estimate.usual.saturating_mul(WEIGHT - 1).saturating_add(waited) / WEIGHT;
    }

    /// Learns that some registration still waits.
    pub(super) fn observe_waiting(&self, now: Instant) {
        let mut estimate = self.lock();
        let since = estimate.standstill(now).map_or(now, |standstill| standstill.since);
        estimate.standstill = Some(Standstill { since, last_seen: now });
    }

    /// How long a registration that has waited for `age` takes in all: as others did, or longer when
    /// it already has.
    pub(super) fn takes(&self, age: Duration) -> Duration {
        let (usual, age) = self.usual_and_age(age);
        usual.max(age)
    }

    /// When to ask again about a registration that has waited for `age`: when it should be done,
    /// or, when it is late already, after a quarter of the time it has waited.
    pub(super) fn retry_after(&self, age: Duration) -> Duration {
        let (usual, age) = self.usual_and_age(age);
        usual.checked_sub(age).unwrap_or(age / 4).clamp(SHORTEST, LONGEST)
    }

    /// A registration of unknown age, too, has to wait until a standstill is over.
    fn usual_and_age(&self, age: Duration) -> (Duration, Duration) {
        let (now, estimate) = (Instant::now(), self.lock());
        let standstill = estimate.standstill(now);
        (estimate.usual, standstill.map_or(age, |standstill| age.max(now - standstill.since)))
    }

    fn lock(&self) -> MutexGuard<'_, Estimate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Estimate {
    fn standstill(&self, now: Instant) -> Option<Standstill> {
        self.standstill.filter(|standstill| now - standstill.last_seen <= SILENCE)
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::HoldReason;
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

    fn waited(seconds: i64) -> Decision {
        Decision {
            outcome: Outcome::Registered,
            accepted_at: Some(NOW - time::Duration::seconds(seconds)),
            decided_at: NOW,
        }
    }

    fn after_observing(decision: Decision, times: usize) -> Duration {
        let estimate = WaitEstimate::default();
        for _ in 0..times {
            estimate.observe(&decision, NOW);
        }
        estimate.retry_after(Duration::ZERO)
    }

    #[test]
    fn with_nothing_measured_one_asks_again_after_a_second() {
        assert_eq!(WaitEstimate::default().retry_after(Duration::ZERO), SHORTEST);
    }

    #[test]
    fn the_estimate_follows_the_measured_wait_and_is_clamped() {
        assert_eq!(after_observing(waited(16), 1), Duration::from_secs(2));
        assert!(after_observing(waited(16), 100) > Duration::from_secs(15));
        assert_eq!(after_observing(waited(3_600), 100), LONGEST);
    }

    #[test]
    fn time_already_waited_is_taken_off_and_lateness_lengthens_the_rest() {
        let estimate = WaitEstimate::default();
        (0..100).for_each(|_| estimate.observe(&waited(20), NOW));
        let retry_after =
            |age| estimate.retry_after(Duration::from_secs(age)).as_secs_f64().round();
        assert!((retry_after(5) - 15.0).abs() < 0.1);
        assert!((retry_after(40) - 10.0).abs() < 0.1);
        assert!((retry_after(10_000) - 30.0).abs() < 0.1);
    }

    #[test]
    fn a_wait_takes_as_long_as_that_of_others_or_longer_when_it_already_has() {
        let estimate = WaitEstimate::default();
        (0..100).for_each(|_| estimate.observe(&waited(20), NOW));
        let as_others = estimate.takes(Duration::from_secs(5));
        assert!((Duration::from_secs(19)..=Duration::from_secs(20)).contains(&as_others));
        assert_eq!(estimate.takes(Duration::from_mins(1)), Duration::from_mins(1));
    }

    #[tokio::test(start_paused = true)]
    async fn while_nothing_is_decided_every_client_hears_for_how_long_already() {
        let estimate = WaitEstimate::default();
        for _ in 0..=5 {
            estimate.observe_waiting(Instant::now());
            tokio::time::advance(Duration::from_secs(40)).await;
        }
        assert_eq!(estimate.takes(Duration::ZERO), Duration::from_mins(4));
        assert_eq!(estimate.retry_after(Duration::ZERO), LONGEST);
        estimate.observe(&waited(1), NOW);
        assert!(estimate.takes(Duration::ZERO) < Duration::from_secs(1));
        assert_eq!(estimate.retry_after(Duration::ZERO), SHORTEST);
    }

    #[tokio::test(start_paused = true)]
    async fn a_standstill_that_no_client_watched_is_none() {
        let estimate = WaitEstimate::default();
        estimate.observe_waiting(Instant::now());
        tokio::time::advance(Duration::from_mins(2)).await;
        assert_eq!(estimate.takes(Duration::ZERO), Duration::ZERO);
        estimate.observe_waiting(Instant::now());
        assert_eq!(estimate.takes(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn old_decisions_held_ones_and_unknown_times_teach_nothing() {
        let old = Decision { decided_at: NOW - time::Duration::hours(1), ..waited(7_200) };
        let held =
            Decision { outcome: Outcome::OnHold(HoldReason::DeliveryLimit), ..waited(3_600) };
        let unknown = Decision { accepted_at: None, ..waited(0) };
        for decision in [old, held, unknown] {
            assert_eq!(after_observing(decision, 10), SHORTEST);
        }
    }

    #[test]
    fn clocks_that_disagree_do_no_harm() {
        assert_eq!(after_observing(waited(-5), 10), SHORTEST);
    }
}
