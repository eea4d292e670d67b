//! What each queue's consumer is doing, for `/readyz`, logs and metrics.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use registrar_telemetry::admin::Health;

/// What a consumer is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Consuming,
    /// Nothing is consumed for now; the sentence says what it waits for.
    Waiting(String),
    /// It does what it should, though not all of it: an operator paused it, or it lacks something that
    /// no registration depends on. The sentence says which.
    Degraded(String),
}

/// The states of all consumers of this worker.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<Mutex<BTreeMap<&'static str, State>>>);

impl Readiness {
    /// None of these consumers consumes yet.
    pub fn starting(sources: impl IntoIterator<Item = &'static str>) -> Self {
        let waiting = |source| (source, State::Waiting("Connecting.".to_owned()));
        Self(Arc::new(Mutex::new(sources.into_iter().map(waiting).collect())))
    }

    /// Records a consumer's state; `true` when it has changed.
    pub fn set(&self, source: &'static str, state: State) -> bool {
        let mut states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        states.insert(source, state.clone()) != Some(state)
    }

    /// There is nothing to say of this any more.
    pub fn remove(&self, source: &'static str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(source);
    }

    /// Ready unless a consumer waits for something. A paused one does what it should, and says so.
    pub fn health(&self) -> Health {
        let (mut missing, mut degraded) = (Vec::new(), Vec::new());
        let states = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (source, state) in &*states {
            match state {
                State::Consuming => {}
                State::Waiting(reason) => missing.push(format!("{source}: {reason}")),
                State::Degraded(reason) => degraded.push(format!("{source}: {reason}")),
            }
        }
        match (missing.is_empty(), degraded.is_empty()) {
            (true, true) => Health::Well,
            (true, false) => Health::Degraded(degraded),
            (false, _) => Health::Unavailable([missing, degraded].concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn a_worker_is_ready_when_all_its_consumers_consume() {
        let readiness = Readiness::starting(["bulk", "interactive"]);
        let connecting = sentences(&["bulk: Connecting.", "interactive: Connecting."]);
        assert_eq!(readiness.health(), Health::Unavailable(connecting));
        readiness.set("interactive", State::Consuming);
        readiness.set("bulk", State::Waiting("MySQL does not answer.".to_owned()));
        let away = sentences(&["bulk: MySQL does not answer."]);
        assert_eq!(readiness.health(), Health::Unavailable(away));
        readiness.set("bulk", State::Consuming);
        assert_eq!(readiness.health(), Health::Well);
    }

    #[test]
    fn a_paused_worker_is_ready_and_says_that_it_is_paused() {
        let readiness = Readiness::starting(["bulk", "interactive"]);
        readiness.set("bulk", State::Degraded("Paused until noon.".to_owned()));
        let both = sentences(&["interactive: Connecting.", "bulk: Paused until noon."]);
        assert_eq!(readiness.health(), Health::Unavailable(both));
        readiness.set("interactive", State::Consuming);
        let paused = sentences(&["bulk: Paused until noon."]);
        assert_eq!(readiness.health(), Health::Degraded(paused));
    }

    #[test]
    fn a_worker_without_something_that_no_registration_needs_is_ready_and_says_so() {
        let readiness = Readiness::starting([]);
        readiness.set("ledger", State::Degraded("It cannot be written.".to_owned()));
        let without = sentences(&["ledger: It cannot be written."]);
        assert_eq!(readiness.health(), Health::Degraded(without));
        readiness.remove("ledger");
        assert_eq!(readiness.health(), Health::Well);
    }

    #[test]
    fn only_a_change_of_state_is_reported() {
        let readiness = Readiness::starting(["bulk"]);
        assert!(readiness.set("bulk", State::Consuming));
        assert!(!readiness.set("bulk", State::Consuming));
    }
}
