use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use registrar_domain::{Decision, RegistrationId};

/// Entries of one generation; both together are some 7 MiB.
const GENERATION: usize = 32 * 1024;

/// The final outcomes that were read last. They never change, so none of them gets old.
///
/// Two generations: a full young one becomes the old one, and what is read in the old one becomes
/// young again. So what is not read goes without a list in order of use.
#[derive(Debug, Default)]
pub(super) struct FinalOutcomes(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<RegistrationId, Decision>,
    old: HashMap<RegistrationId, Decision>,
}

impl FinalOutcomes {
    pub(super) fn get(&self, id: RegistrationId) -> Option<Decision> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(decision) = generations.young.get(&id) {
            return Some(*decision);
        }
        let decision = generations.old.remove(&id)?;
        generations.insert(id, decision, GENERATION);
        Some(decision)
    }

    /// Keeps the decision if it is final.
    pub(super) fn note(&self, id: RegistrationId, decision: Decision) {
        if decision.outcome.is_final() {
            let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            generations.insert(id, decision, GENERATION);
        }
    }
}

impl Generations {
    fn insert(&mut self, id: RegistrationId, decision: Decision, limit: usize) {
        if self.young.len() >= limit {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id, decision);
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::{HoldReason, Outcome};
    use time::OffsetDateTime;

    use super::*;

    fn decided(outcome: Outcome) -> Decision {
        Decision { outcome, accepted_at: None, decided_at: OffsetDateTime::UNIX_EPOCH }
    }

    #[test]
    fn only_what_is_final_is_kept() {
        let (finals, id) = (FinalOutcomes::default(), RegistrationId::generate());
        finals.note(id, decided(Outcome::OnHold(HoldReason::DeliveryLimit)));
        assert_eq!(finals.get(id), None);
        finals.note(id, decided(Outcome::Registered));
        assert_eq!(finals.get(id), Some(decided(Outcome::Registered)));
    }

    #[test]
    fn what_is_read_stays_and_what_is_not_goes_so_that_memory_is_bounded() {
        let (finals, kept, gone) =
            (FinalOutcomes::default(), RegistrationId::generate(), RegistrationId::generate());
        for id in [kept, gone] {
            finals.note(id, decided(Outcome::Registered));
        }
        for _ in 0..3 {
            for _ in 0..GENERATION {
                finals.note(RegistrationId::generate(), decided(Outcome::Registered));
            }
            assert!(finals.get(kept).is_some());
        }
        assert!(finals.get(gone).is_none());
        let generations = finals.0.lock().unwrap();
        assert!(generations.young.len() <= GENERATION && generations.old.len() <= GENERATION);
    }
}
