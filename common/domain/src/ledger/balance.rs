use std::collections::BTreeMap;

use super::{Ledger, SequenceSet, SequenceState};
use crate::Lane;

/// The ledger and the queues at about one moment.
///
/// To be read in this order: what was reported, then how many wait, then what was settled. Then a
/// number that is missing here was confirmed before the queues were counted and not settled until
/// after, so that its message either waited or was in a worker's hands; or is lost.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Every state.
    pub ledger: Ledger,
    /// How many numbers at most wait in queues, by the lane that they may be of: RabbitMQ counts
    /// messages, which have several. Not counted are those that a worker has in hand, which RabbitMQ
    /// does not report exactly.
    pub waiting: BTreeMap<Lane, u64>,
}

/// The figures of a lane, in numbers: one for each registration, and for a chunk of an import. `confirmed` = `settled` + `in_flight` + `unaccounted`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// RabbitMQ confirmed them and the publisher has said so.
    pub confirmed: u64,
    /// Of those, settled.
    pub settled: u64,
    /// Of those, still in a queue or in a worker's hands.
    pub in_flight: u64,
    /// Of those, gone: this is what must be 0. At least so many; exact when the queues are empty.
    pub unaccounted: u64,
    /// Settled although no confirm is known: the answer was lost, or is not reported yet.
    pub settled_unconfirmed: u64,
    /// Refused by RabbitMQ, or without an answer. Their callers were asked to try again.
    pub unconfirmed: u64,
    /// It is not known whether they were confirmed: a publisher was killed before it could say, or its
    /// report was lost.
    pub in_doubt: u64,
}

/// The figures of each lane, from two snapshots some seconds apart.
///
/// Two, since RabbitMQ does not say which messages are in workers' hands. A lane's messages are
/// handed out in their order, so what is missing behind a number that is settled has been handed
/// out, as has everything once nothing waits. Handed out at the first snapshot, still missing at the
/// second and not back among those that wait: lost; or in the hands of a worker for longer than
/// the time between, which the next snapshots show.
pub fn balance(earlier: &Snapshot, later: &Snapshot) -> BTreeMap<Lane, Balance> {
    let mut lanes = BTreeMap::from(Lane::ALL.map(|lane| (lane, Balance::default())));
    let unknown = SequenceState::default();
    for (key, state) in later.ledger.iter() {
        let waited = earlier.waiting.get(&key.lane).copied().unwrap_or_default();
        let before = earlier.ledger.get(key).unwrap_or(&unknown);
        let missing = state.missing();
        // Only of what is still known to be missing: rows may be gone, as with an older backup.
        let lost = missing.both(&handed_out(before, waited));
        let doubted = before.in_doubt().without(&state.reported).without(&state.settled);
        let lane = lanes.entry(key.lane).or_default();
        // A report may have any numbers.
        let add = |figure: &mut u64, numbers: &SequenceSet| {
            *figure = figure.saturating_add(numbers.count());
        };
        add(&mut lane.confirmed, &state.confirmed());
        add(&mut lane.settled, &state.confirmed().without(&missing));
        add(&mut lane.in_flight, &missing);
        add(&mut lane.unaccounted, &lost);
        add(&mut lane.settled_unconfirmed, &state.settled.without(&state.confirmed()));
        add(&mut lane.unconfirmed, &state.unconfirmed);
        add(&mut lane.in_doubt, &doubted);
    }
    for (lane, balance) in &mut lanes {
        let waiting = later.waiting.get(lane).copied().unwrap_or_default();
        balance.unaccounted = balance.unaccounted.saturating_sub(waiting);
        balance.in_flight = balance.in_flight.saturating_sub(balance.unaccounted);
    }
    lanes
}

/// The missing numbers whose messages cannot be among those that wait for the first time.
fn handed_out(state: &SequenceState, waiting: u64) -> SequenceSet {
    let missing = state.missing();
    if waiting == 0 { missing } else { missing.up_to(state.settled.highest()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ledger::{ProducerId, SequenceKey};

    const EPOCH: ProducerId = ProducerId::from_bytes([7; 16]);
    const LANE: Lane = Lane::Interactive;

    fn snapshot(reported: &str, unconfirmed: &str, settled: &str, waiting: u64) -> Snapshot {
        let numbers = |text: &str| text.parse().unwrap();
        let mut snapshot = Snapshot::default();
        *snapshot.ledger.entry(SequenceKey { producer: EPOCH, lane: LANE }) = SequenceState {
            reported: numbers(reported),
            unconfirmed: numbers(unconfirmed),
            settled: numbers(settled),
        };
        snapshot.waiting.insert(LANE, waiting);
        snapshot
    }

    /// In flight, unaccounted, in doubt.
    fn figures(earlier: &Snapshot, later: &Snapshot) -> (u64, u64, u64) {
        let figures = balance(earlier, later)[&LANE];
        let Balance { confirmed, settled, in_flight, unaccounted, in_doubt, .. } = figures;
        assert_eq!(confirmed, settled + in_flight + unaccounted);
        (in_flight, unaccounted, in_doubt)
    }

    /// What happened to each message: whether it was confirmed, stored, and lost once stored.
    fn any_history() -> impl Strategy<Value = Vec<(bool, bool, bool)>> {
        prop::collection::vec((any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)), 1..60)
    }

    proptest! {
        #[test]
        fn at_rest_exactly_the_lost_are_unaccounted_in_whatever_order_they_were_noted(
            history in any_history(),
            order in prop::collection::vec(any::<prop::sample::Index>(), 60..200),
        ) {
            let key = SequenceKey { producer: EPOCH, lane: LANE };
            let mut notes = Vec::new();
            let mut expected = 0;
            for (number, (confirmed, stored, lost)) in (1..).zip(history) {
                let one = SequenceSet::between(number, number);
                let stored = confirmed || stored;
                expected += u64::from(confirmed && lost);
                let unconfirmed = if confirmed { SequenceSet::default() } else { one.clone() };
                let settled = if stored && !lost { one.clone() } else { SequenceSet::default() };
                notes.push(SequenceState { reported: one, unconfirmed, ..SequenceState::default() });
                notes.push(SequenceState { settled, ..SequenceState::default() });
            }
            let mut rest = Snapshot::default();
            let state = rest.ledger.entry(key);
            for note in order.iter().map(|index| index.get(&notes)).chain(&notes) {
                state.add(note);
            }
            let figures = balance(&rest, &rest)[&LANE];
            prop_assert_eq!((figures.unaccounted, figures.in_flight), (expected, 0));
        }
    }

    fn any_snapshot() -> impl Strategy<Value = Snapshot> {
        let numbers = || prop::collection::vec((1_u64..60, 0_u64..9), 0..6);
        (numbers(), numbers(), numbers(), 0_u64..40).prop_map(
            |(reported, unconfirmed, settled, waiting)| {
                let mut snapshot = snapshot("", "", "", waiting);
                let state = snapshot.ledger.entry(SequenceKey { producer: EPOCH, lane: LANE });
                for (set, ranges) in [
                    (&mut state.reported, reported),
                    (&mut state.unconfirmed, unconfirmed),
                    (&mut state.settled, settled),
                ] {
                    for (first, length) in ranges {
                        set.insert(first, first + length);
                    }
                }
                snapshot
            },
        )
    }

    proptest! {
        #[test]
        fn the_figures_add_up_whatever_became_of_the_rows_between_two_reads(
            earlier in any_snapshot(),
            later in any_snapshot(),
        ) {
            let (in_flight, unaccounted, _) = figures(&earlier, &later);
            let missing = later.ledger.iter().map(|(_, state)| state.missing().count());
            prop_assert_eq!(in_flight + unaccounted, missing.sum::<u64>());
        }
    }

    #[test]
    fn rows_that_vanish_between_two_snapshots_leave_nothing_unaccounted_that_is_not_known_any_more()
    {
        let earlier = snapshot("1-100", "", "1-50", 0);
        let restored = snapshot("1-60", "", "1-50", 0);
        assert_eq!(figures(&earlier, &restored), (0, 10, 0));
        assert_eq!(figures(&earlier, &Snapshot::default()), (0, 0, 0));
    }

    #[test]
    fn a_state_of_every_number_there_can_be_is_counted() {
        let mut rest = snapshot("1-9223372036854775807", "", "", 0);
        let other = SequenceKey { producer: ProducerId::generate(), lane: LANE };
        rest.ledger.entry(other).reported = "1-9223372036854775807".parse().unwrap();
        rest.ledger.entry(SequenceKey { producer: ProducerId::generate(), lane: LANE }).reported =
            "1-9".parse().unwrap();
        assert_eq!(balance(&rest, &rest)[&LANE].confirmed, u64::MAX);
    }

    #[test]
    fn at_rest_everything_is_settled() {
        let rest = snapshot("1-100", "", "1-100", 0);
        assert_eq!(figures(&rest, &rest), (0, 0, 0));
    }

    #[test]
    fn at_rest_each_confirmed_message_that_is_gone_is_unaccounted() {
        let rest = snapshot("1-100", "90-95", "1-49,51-99", 0);
        assert_eq!(figures(&rest, &rest), (0, 2, 0));
        let figures = balance(&rest, &rest)[&LANE];
        assert_eq!((figures.confirmed, figures.settled), (94, 92));
        assert_eq!((figures.unconfirmed, figures.settled_unconfirmed), (6, 6));
    }

    #[test]
    fn what_waits_in_a_queue_is_in_flight() {
        let full = snapshot("1-100", "", "", 100);
        assert_eq!(figures(&full, &full), (100, 0, 0));
    }

    #[test]
    fn what_workers_have_in_hand_is_in_flight_while_they_drain_a_queue() {
        let earlier = snapshot("1-1000", "", "1-300", 650);
        let later = snapshot("1-1000", "", "1-400,421-430", 550);
        assert_eq!(figures(&earlier, &later), (590, 0, 0));
    }

    #[test]
    fn a_gap_that_workers_leave_behind_is_unaccounted() {
        let earlier = snapshot("1-1000", "", "1-300,303-310", 0);
        let later = snapshot("1-2000", "", "1-300,303-1990", 0);
        assert_eq!(figures(&earlier, &later), (10, 2, 0));
    }

    #[test]
    fn a_gap_that_went_back_to_its_queue_is_in_flight() {
        let earlier = snapshot("1-1000", "", "1-300,303-310", 692);
        let later = snapshot("1-1000", "", "1-300,303-310", 692);
        assert_eq!(figures(&earlier, &later), (692, 0, 0));
    }

    #[test]
    fn a_queue_that_was_emptied_by_another_client_is_unaccounted() {
        let before = snapshot("1-500", "", "1-100", 400);
        let purged = snapshot("1-500", "", "1-100", 0);
        assert_eq!(figures(&before, &purged).1, 0, "perhaps workers have just taken them all");
        assert_eq!(figures(&purged, &purged), (0, 400, 0));
    }

    #[test]
    fn numbers_of_a_killed_publisher_are_in_doubt_and_nothing_else() {
        let killed = snapshot("1-100", "", "1-104,107", 0);
        assert_eq!(figures(&killed, &killed), (0, 0, 2));
        let alive = snapshot("1-110", "106", "1-105,107-110", 0);
        assert_eq!(figures(&killed, &alive), (0, 0, 0), "it has reported them meanwhile");
    }

    #[test]
    fn lanes_do_not_share_what_waits() {
        let mut rest = snapshot("1-10", "", "1-9", 0);
        rest.waiting.insert(Lane::Bulk, 50);
        assert_eq!(figures(&rest, &rest), (0, 1, 0));
        assert_eq!(balance(&rest, &rest)[&Lane::Bulk], Balance::default());
    }
}
