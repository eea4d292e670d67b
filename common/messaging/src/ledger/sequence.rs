//! The numbers that a publisher connection gives to registrations, and what it has yet to report about
//! them.

use registrar_domain::Lane;
use registrar_domain::ledger::{ProducerId, SequenceKey, SequenceSet};

use super::confirm_report::ConfirmReport;
use super::sequence_range::SequenceRange;

/// The most ranges of unconfirmed numbers that are kept for a report, so that memory is bounded
/// also while reports cannot be published.
const MAX_RANGES: usize = 10_000;

/// One connection's numbers, over all of its channels.
#[derive(Debug)]
pub(crate) struct SequenceNumbers {
    lanes: [LaneSequence; Lane::ALL.len()],
    producer: ProducerId,
}

#[derive(Debug)]
struct LaneSequence {
    lane: Lane,
    /// The last that was assigned; 0 for none yet.
    assigned: u64,
    /// A report up to here was confirmed.
    reported: u64,
    unconfirmed: SequenceSet,
}

impl SequenceNumbers {
    pub(crate) fn new() -> Self {
        let begin = |lane| LaneSequence {
            lane,
            assigned: 0,
            reported: 0,
            unconfirmed: SequenceSet::default(),
        };
        Self { producer: ProducerId::generate(), lanes: Lane::ALL.map(begin) }
    }

    /// The next numbers of this lane, for a message of so many registrations.
    pub(crate) fn next(&mut self, lane: Lane, registrations: usize) -> SequenceRange {
        let producer = self.producer;
        let numbers = self.lane(lane);
        let first = numbers.assigned + 1;
        numbers.assigned += registrations as u64;
        SequenceRange { producer, first, last: numbers.assigned }
    }

    /// The message of these numbers was refused, or it is not known what became of it.
    pub(crate) fn unconfirmed(&mut self, lane: Lane, of_message: SequenceRange) {
        let numbers = self.lane(lane);
        numbers.unconfirmed.insert(of_message.first, of_message.last);
        if numbers.unconfirmed.ranges().len() > MAX_RANGES {
            // Calls confirmed numbers unconfirmed, which hides losses but invents none.
            tracing::warn!("publishing: the ledger loses detail, since it cannot be written");
            let last = numbers.unconfirmed.highest();
            numbers.unconfirmed.insert(numbers.reported + 1, last);
        }
    }

    /// Whether numbers were assigned that no confirmed report is about.
    pub(crate) fn has_news(&self) -> bool {
        self.lanes.iter().any(|lane| lane.reported < lane.assigned)
    }

    /// What can be reported now, assigned for each lane the lowest number that is still on its way.
    pub(crate) fn due(&self, lowest_pending: impl Fn(Lane) -> Option<u64>) -> Vec<ConfirmReport> {
        let due = |numbers: &LaneSequence| {
            let through =
                lowest_pending(numbers.lane).map_or(numbers.assigned, |lowest| lowest - 1);
            (through > numbers.reported).then(|| ConfirmReport {
                key: SequenceKey { producer: self.producer, lane: numbers.lane },
                reported: SequenceSet::between(numbers.reported + 1, through),
                unconfirmed: numbers.unconfirmed.up_to(through),
            })
        };
        self.lanes.iter().filter_map(due).collect()
    }

    /// This report was confirmed: it need not be made again.
    pub(crate) fn mark_reported(&mut self, report: &ConfirmReport) {
        let numbers = self.lane(report.key.lane);
        numbers.reported = numbers.reported.max(report.reported.highest());
        let done = SequenceSet::between(1, numbers.reported);
        numbers.unconfirmed = numbers.unconfirmed.without(&done);
    }

    fn lane(&mut self, lane: Lane) -> &mut LaneSequence {
        match lane {
            Lane::Interactive => &mut self.lanes[0],
            Lane::Bulk => &mut self.lanes[1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: Lane = Lane::Interactive;

    fn ends(numbers: SequenceRange) -> (u64, u64) {
        (numbers.first, numbers.last)
    }

    /// The number of a message of one.
    fn one(sequence: &SequenceNumbers, number: u64) -> SequenceRange {
        SequenceRange { producer: sequence.producer, first: number, last: number }
    }

    fn assigned(count: u64) -> SequenceNumbers {
        let mut sequence = SequenceNumbers::new();
        for number in 1..=count {
            assert_eq!(ends(sequence.next(LANE, 1)), (number, number));
        }
        sequence
    }

    /// What is due while these are the lowest pending numbers.
    fn due(sequence: &SequenceNumbers, pending: Option<u64>) -> Option<ConfirmReport> {
        sequence.due(|lane| pending.filter(|_| lane == LANE)).pop()
    }

    fn text(report: &ConfirmReport) -> (String, String) {
        (report.reported.to_string(), report.unconfirmed.to_string())
    }

    #[test]
    fn every_lane_is_where_it_is_looked_for() {
        let mut sequence = SequenceNumbers::new();
        for lane in Lane::ALL {
            assert_eq!(sequence.lane(lane).lane, lane);
        }
    }

    #[test]
    fn a_message_of_several_takes_a_number_for_each() {
        let mut sequence = assigned(3);
        let numbers = sequence.next(LANE, 32);
        assert_eq!(ends(numbers), (4, 35));
        sequence.unconfirmed(LANE, numbers);
        assert_eq!(ends(sequence.next(Lane::Bulk, 1)), (1, 1));
        let report = due(&sequence, None);
        assert_eq!(report.map(|report| report.unconfirmed.to_string()), Some(String::new()));
        let interactive = sequence.due(|_| None).remove(0);
        assert_eq!(text(&interactive), ("1-35".to_owned(), "4-35".to_owned()));
    }

    #[test]
    fn nothing_is_reported_from_the_first_outstanding_number_on() {
        let mut sequence = assigned(10);
        sequence.unconfirmed(LANE, one(&sequence, 3));
        sequence.unconfirmed(LANE, one(&sequence, 8));
        assert_eq!(due(&sequence, Some(1)), None);
        let report = due(&sequence, Some(7)).unwrap();
        assert_eq!(text(&report), ("1-6".to_owned(), "3".to_owned()));
    }

    #[test]
    fn what_was_reported_is_not_reported_again_and_what_was_not_is() {
        let mut sequence = assigned(10);
        sequence.unconfirmed(LANE, one(&sequence, 3));
        sequence.unconfirmed(LANE, one(&sequence, 8));
        let first = due(&sequence, Some(5)).unwrap();
        assert_eq!(text(&due(&sequence, Some(5)).unwrap()), text(&first), "it was not confirmed");
        sequence.mark_reported(&first);
        assert!(sequence.has_news());
        let rest = due(&sequence, None).unwrap();
        assert_eq!(text(&rest), ("5-10".to_owned(), "8".to_owned()));
        sequence.mark_reported(&rest);
        sequence.mark_reported(&first);
        assert_eq!(due(&sequence, None), None);
        assert!(!sequence.has_news());
    }

    #[test]
    fn memory_is_bounded_when_nothing_can_be_reported() {
        let mut sequence = SequenceNumbers::new();
        for _ in 0..3 * MAX_RANGES {
            let numbers = sequence.next(LANE, 1);
            if numbers.first.is_multiple_of(2) {
                sequence.unconfirmed(LANE, numbers);
            }
        }
        assert!(due(&sequence, None).unwrap().unconfirmed.ranges().len() <= MAX_RANGES);
    }
}
