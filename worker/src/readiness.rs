//! What each queue's consumer is doing, for `/readyz`, logs and metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What a consumer is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Deliveries are being stored.
    Consuming,
    /// Nothing is consumed for now; the sentence says what it waits for.
    Waiting(String),
}

/// The states of all consumers of this worker.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, State>>>);

impl Readiness {
    /// Consumers that have not consumed yet.
    pub fn starting(sources: impl IntoIterator<Item = &'static str>) -> Self {
        let waiting = |source| (source, State::Waiting("It is starting.".to_owned()));
        Self(Arc::new(Mutex::new(sources.into_iter().map(waiting).collect())))
    }

    /// Records a consumer's state; `true` when it has changed.
    pub fn set(&self, source: &'static str, state: State) -> bool {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.insert(source, state.clone()) != Some(state)
    }

    /// What is missing, a sentence for each consumer that does not consume; empty when ready.
    pub fn missing(&self) -> Vec<String> {
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states
            .iter()
            .filter_map(|(source, state)| match state {
                State::Consuming => None,
                State::Waiting(reason) => Some(format!("{source}: {reason}")),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_ready_when_all_its_consumers_consume() {
        let readiness = Readiness::starting(["interactive", "bulk"]);
        assert_eq!(readiness.missing(), ["bulk: It is starting.", "interactive: It is starting."]);
        readiness.set("interactive", State::Consuming);
        readiness.set("bulk", State::Waiting("MySQL does not answer.".to_owned()));
        assert_eq!(readiness.missing(), ["bulk: MySQL does not answer."]);
        readiness.set("bulk", State::Consuming);
        assert!(readiness.missing().is_empty());
    }

    #[test]
    fn only_a_change_of_state_is_reported() {
        let readiness = Readiness::starting(["bulk"]);
        assert!(readiness.set("bulk", State::Consuming));
        assert!(!readiness.set("bulk", State::Consuming));
    }
}
