use std::collections::BTreeMap;

use super::{SequenceKey, SequenceSet};

/// What is known of the numbers of one key. Each set only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceState {
    /// The publisher has said what became of them: confirmed, unless among `unconfirmed`.
    pub reported: SequenceSet,
    /// Refused by the broker, or without an answer: some may be stored nevertheless.
    pub unconfirmed: SequenceSet,
    /// Their messages were settled: their registrations have outcomes.
    pub settled: SequenceSet,
}

impl SequenceState {
    /// Adds what `other` knows.
    pub fn add(&mut self, other: &Self) {
        self.reported.add(&other.reported);
        self.unconfirmed.add(&other.unconfirmed);
        self.settled.add(&other.settled);
    }

    /// Those that RabbitMQ has confirmed, as far as the publisher has said so.
    pub fn confirmed(&self) -> SequenceSet {
        self.reported.without(&self.unconfirmed)
    }

    /// Confirmed and not settled: in a queue, in a worker's hands, or lost.
    pub fn missing(&self) -> SequenceSet {
        self.confirmed().without(&self.settled)
    }

    /// Neither reported nor settled, while something later is. Of a publisher that is alive, these
    /// are in flight or will be reported in a moment; of one that was killed, it is not known whether
    /// they were confirmed.
    pub fn in_doubt(&self) -> SequenceSet {
        let known = self.reported.highest().max(self.settled.highest());
        SequenceSet::between(1, known).without(&self.reported).without(&self.settled)
    }
}

/// The states of all keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<SequenceKey, SequenceState>);

impl Ledger {
    /// The state of an key, to be added to; an empty one when there is none yet.
    pub fn entry(&mut self, key: SequenceKey) -> &mut SequenceState {
        self.0.entry(key).or_default()
    }

    /// The state of an key.
    pub fn get(&self, key: &SequenceKey) -> Option<&SequenceState> {
        self.0.get(key)
    }

    /// Adds what `other` knows.
    pub fn add(&mut self, other: &Self) {
        for (key, state) in &other.0 {
            self.entry(*key).add(state);
        }
    }

    /// Every key with its state.
    pub fn iter(&self) -> impl Iterator<Item = (&SequenceKey, &SequenceState)> {
        self.0.iter()
    }

    /// Every key with its state, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&SequenceKey, &mut SequenceState)> {
        self.0.iter_mut()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> SequenceSet {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_is_missing_when_it_was_confirmed_and_not_settled() {
        let state = SequenceState {
            reported: numbers("1-10"),
            unconfirmed: numbers("3-4"),
            settled: numbers("1-2,4,6-9,12"),
        };
        assert_eq!(state.missing(), numbers("5,10"));
        assert_eq!(state.confirmed().count(), 8);
    }

    #[test]
    fn a_gap_that_is_in_no_report_is_in_doubt() {
        let state = SequenceState { settled: numbers("1-8,10,13"), ..SequenceState::default() };
        assert_eq!(state.in_doubt(), numbers("9,11-12"));
        let reported = SequenceState { reported: numbers("1-11"), ..state };
        assert_eq!(reported.in_doubt(), numbers("12"));
        assert_eq!(reported.missing(), numbers("9,11"));
    }

    #[test]
    fn a_confirm_report_that_is_lost_leaves_its_numbers_in_doubt_until_they_are_settled() {
        let state = SequenceState {
            reported: numbers("1-5,9-12"),
            settled: numbers("1-7"),
            ..SequenceState::default()
        };
        assert_eq!(state.in_doubt(), numbers("8"));
    }
}
