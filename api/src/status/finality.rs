use super::Known;

impl Known {
    /// Whether it can never change again. A registration on hold can be replayed.
    pub fn is_final(&self) -> bool {
        self.decision().is_some_and(|decision| decision.outcome.is_final())
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::{Decision, HoldReason, Outcome, RejectionCode};
    use time::OffsetDateTime;

    use super::*;

    fn decided(outcome: Outcome) -> Known {
        let decided_at = OffsetDateTime::UNIX_EPOCH;
        Known::Decided(Decision { outcome, accepted_at: None, decided_at })
    }

    #[test]
    fn registered_and_rejected_are_final_and_nothing_else_is() {
        assert!(decided(Outcome::Registered).is_final());
        assert!(decided(Outcome::Rejected(RejectionCode::EmailAlreadyRegistered)).is_final());
        assert!(!decided(Outcome::OnHold(HoldReason::RefusedByDatabase)).is_final());
        assert!(!Known::Waiting.is_final());
        assert!(!Known::Unreadable.is_final());
    }
}
