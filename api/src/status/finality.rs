use std::time::Duration;

use registrar_common::domain::{Outcome, RegistrationId};
use time::OffsetDateTime;

use super::Known;

/// A worker that stores a better outcome at the same moment removes the rejection afterwards
/// (`storage/reconcile.rs`): two statements, of 10 seconds at most unless configured otherwise.
const RECONCILED_WITHIN: time::Duration = time::Duration::seconds(30);

impl Known {
    /// Whether it can never change again.
    pub fn is_final(&self, id: RegistrationId) -> bool {
        self.final_in(id, OffsetDateTime::now_utc()) == Some(Duration::ZERO)
    }

    /// How long after `now` it is final, unless it changes before; `None` when nobody can say.
    ///
    /// A registration on hold can be replayed. A rejection can give way to a registration when one
    /// idempotency key was sent with two contents and two workers stored them at once.
    pub fn final_in(&self, id: RegistrationId, now: OffsetDateTime) -> Option<Duration> {
        let decision = self.decision()?;
        match decision.outcome {
            Outcome::Rejected(_) if id.is_derived() => {
                let left = decision.decided_at + RECONCILED_WITHIN - now;
                // It cannot be made of what is below zero: the time is over.
                Some(Duration::try_from(left).unwrap_or_default())
            }
            Outcome::Registered | Outcome::Rejected(_) => Some(Duration::ZERO),
            Outcome::OnHold(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use registrar_common::domain::{Decision, HoldReason, IdempotencyKey, RejectionCode};
    use time::macros::datetime;

    use super::*;

    const DECIDED_AT: OffsetDateTime = datetime!(2026-01-02 03:04:05 UTC);

    fn derived() -> RegistrationId {
        let key = IdempotencyKey::parse("0123456789abcdef").unwrap();
        key.registration_id(&"secret".into(), "register")
    }

    /// In how many seconds it is final, so many seconds after the decision.
    fn final_in(outcome: Outcome, id: RegistrationId, seconds_later: i64) -> Option<u64> {
        let known = Known::Decided(Decision { outcome, accepted_at: None, decided_at: DECIDED_AT });
        let now = DECIDED_AT + time::Duration::seconds(seconds_later);
        known.final_in(id, now).map(|left| left.as_secs())
    }

    #[test]
    fn a_registered_student_stays_registered_and_who_is_on_hold_may_not() {
        let held = Outcome::OnHold(HoldReason::RefusedByDatabase);
        for id in [derived(), RegistrationId::generate()] {
            assert_eq!(final_in(Outcome::Registered, id, 0), Some(0));
            assert_eq!(final_in(held, id, 1_000_000), None);
            assert_eq!(Known::Waiting.final_in(id, DECIDED_AT), None);
            assert_eq!(Known::Unreadable.final_in(id, DECIDED_AT), None);
        }
    }

    #[test]
    fn a_rejection_under_a_key_is_final_after_half_a_minute_and_any_other_at_once() {
        let rejected = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
        assert_eq!(final_in(rejected, RegistrationId::generate(), 0), Some(0));
        for (seconds_later, left) in [(0, 30), (29, 1), (30, 0), (1_000_000, 0)] {
            assert_eq!(final_in(rejected, derived(), seconds_later), Some(left));
        }
    }
}
