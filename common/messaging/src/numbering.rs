//! The numbers that a line gives its messages, and what it has yet to state about them.

use registrar_domain::Lane;
use registrar_domain::ledger::{Account, Epoch, Numbers};

use super::Statement;

/// The most ranges of unconfirmed numbers that are kept for a statement, so that memory is bounded
/// also while statements cannot be sent.
const MAX_RANGES: usize = 10_000;

/// One line's numbers, over all of its sessions.
#[derive(Debug)]
pub(super) struct Numbering {
    lanes: [LaneNumbers; Lane::ALL.len()],
    epoch: Epoch,
}

#[derive(Debug)]
struct LaneNumbers {
    lane: Lane,
    /// The last that was given; 0 for none yet.
    given: u64,
    /// A statement up to here was confirmed.
    stated: u64,
    /// Those after `stated`.
    unconfirmed: Numbers,
}

impl Numbering {
    pub(super) fn begin() -> Self {
        let begin =
            |lane| LaneNumbers { lane, given: 0, stated: 0, unconfirmed: Numbers::default() };
        Self { epoch: Epoch::begin(), lanes: Lane::ALL.map(begin) }
    }

    pub(super) fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The next number of this lane.
    pub(super) fn next(&mut self, lane: Lane) -> u64 {
        let numbers = self.of(lane);
        numbers.given += 1;
        numbers.given
    }

    /// This number's message was refused, or nobody said what became of it.
    pub(super) fn unconfirmed(&mut self, lane: Lane, number: u64) {
        let numbers = self.of(lane);
        numbers.unconfirmed.insert(number, number);
        if numbers.unconfirmed.ranges().len() > MAX_RANGES {
            // Calls confirmed numbers unconfirmed, which hides losses but invents none.
            tracing::warn!("publishing: the ledger loses detail, since it cannot be written");
            let last = numbers.unconfirmed.highest();
            numbers.unconfirmed.insert(numbers.stated + 1, last);
        }
    }

    /// Whether numbers were given that no confirmed statement is about.
    pub(super) fn has_news(&self) -> bool {
        self.lanes.iter().any(|lane| lane.stated < lane.given)
    }

    /// What can be stated now, given for each lane the lowest number that is still on its way.
    pub(super) fn due(&self, lowest_pending: impl Fn(Lane) -> Option<u64>) -> Vec<Statement> {
        let due = |numbers: &LaneNumbers| {
            let through = lowest_pending(numbers.lane).map_or(numbers.given, |lowest| lowest - 1);
            (through > numbers.stated).then(|| Statement {
                account: Account { epoch: self.epoch, lane: numbers.lane },
                stated: Numbers::between(numbers.stated + 1, through),
                unconfirmed: numbers.unconfirmed.up_to(through),
            })
        };
        self.lanes.iter().filter_map(due).collect()
    }

    /// This statement was confirmed: it need not be made again.
    pub(super) fn stated(&mut self, statement: &Statement) {
        let numbers = self.of(statement.account.lane);
        numbers.stated = numbers.stated.max(statement.stated.highest());
        let done = Numbers::between(1, numbers.stated);
        numbers.unconfirmed = numbers.unconfirmed.without(&done);
    }

    fn of(&mut self, lane: Lane) -> &mut LaneNumbers {
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

    fn given(count: u64) -> Numbering {
        let mut numbering = Numbering::begin();
        for number in 1..=count {
            assert_eq!(numbering.next(LANE), number);
        }
        numbering
    }

    /// What is due while these are the lowest pending numbers.
    fn due(numbering: &Numbering, pending: Option<u64>) -> Option<Statement> {
        numbering.due(|lane| pending.filter(|_| lane == LANE)).pop()
    }

    fn text(statement: &Statement) -> (String, String) {
        (statement.stated.to_string(), statement.unconfirmed.to_string())
    }

    #[test]
    fn every_lane_is_where_it_is_looked_for() {
        let mut numbering = Numbering::begin();
        for lane in Lane::ALL {
            assert_eq!(numbering.of(lane).lane, lane);
        }
    }

    #[test]
    fn nothing_is_stated_from_the_first_number_on_whose_fate_is_open() {
        let mut numbering = given(10);
        numbering.unconfirmed(LANE, 3);
        numbering.unconfirmed(LANE, 8);
        assert_eq!(due(&numbering, Some(1)), None);
        let statement = due(&numbering, Some(7)).unwrap();
        assert_eq!(text(&statement), ("1-6".to_owned(), "3".to_owned()));
    }

    #[test]
    fn what_was_stated_is_not_stated_again_and_what_was_not_is() {
        let mut numbering = given(10);
        numbering.unconfirmed(LANE, 3);
        numbering.unconfirmed(LANE, 8);
        let first = due(&numbering, Some(5)).unwrap();
        assert_eq!(text(&due(&numbering, Some(5)).unwrap()), text(&first), "it was not confirmed");
        numbering.stated(&first);
        assert!(numbering.has_news());
        let rest = due(&numbering, None).unwrap();
        assert_eq!(text(&rest), ("5-10".to_owned(), "8".to_owned()));
        numbering.stated(&rest);
        numbering.stated(&first);
        assert_eq!(due(&numbering, None), None);
        assert!(!numbering.has_news());
    }

    #[test]
    fn memory_is_bounded_when_nothing_can_be_stated() {
        let mut numbering = Numbering::begin();
        for _ in 0..3 * MAX_RANGES {
            let number = numbering.next(LANE);
            if number.is_multiple_of(2) {
                numbering.unconfirmed(LANE, number);
            }
        }
        assert!(due(&numbering, None).unwrap().unconfirmed.ranges().len() <= MAX_RANGES);
    }
}
