use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use range_set_blaze::RangeSetBlaze;

/// The highest number of a message. Far beyond what any client sends, and below what MySQL and this
/// arithmetic can hold.
pub const MAX_SEQUENCE_NUMBER: u64 = i64::MAX as u64;

/// A set of message numbers, kept as ranges. Its text is like `1-500,502,510-511`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceSet(RangeSetBlaze<u64>);

/// A text that is no set of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a list of message numbers like 1-500,502")]
pub struct MalformedSequenceSet;

impl SequenceSet {
    /// The numbers from `first` to `last`, both included; none when `last` is smaller.
    pub fn between(first: u64, last: u64) -> Self {
        let mut numbers = Self::default();
        numbers.insert(first, last);
        numbers
    }

    /// Adds the numbers from `first` to `last`, both included.
    pub fn insert(&mut self, first: u64, last: u64) {
        let last = last.min(MAX_SEQUENCE_NUMBER);
        if first <= last {
            self.0.ranges_insert(first..=last);
        }
    }

    /// Adds all numbers of `other`.
    pub fn add(&mut self, other: &Self) {
        self.0 |= &other.0;
    }

    /// Makes one range of everything from the lowest to the highest when there are more ranges than
    /// this; whether there were.
    pub fn join_if_more_than(&mut self, ranges: usize) -> bool {
        let is_too_many = self.0.ranges_len() > ranges;
        if is_too_many && let Some(lowest) = self.0.first() {
            self.insert(lowest, self.highest());
        }
        is_too_many
    }

    /// The numbers that `other` has not.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self(&self.0 - &other.0)
    }

    /// The numbers that `other` has, too.
    #[must_use]
    pub fn both(&self, other: &Self) -> Self {
        Self(&self.0 & &other.0)
    }

    /// Those up to `last`, which is included.
    #[must_use]
    pub fn up_to(&self, last: u64) -> Self {
        self.both(&Self::between(0, last))
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.ranges().map(|(first, last)| last - first + 1).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The highest; 0 when there are none.
    pub fn highest(&self) -> u64 {
        self.0.last().unwrap_or(0)
    }

    /// The ranges, in order: first and last of each.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = (u64, u64)> {
        self.0.ranges().map(RangeInclusive::into_inner)
    }
}

impl fmt::Display for SequenceSet {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (first, last)) in self.ranges().enumerate() {
            if position > 0 {
                formatter.write_str(",")?;
            }
            write!(formatter, "{first}")?;
            if last > first {
                write!(formatter, "-{last}")?;
            }
        }
        Ok(())
    }
}

impl FromStr for SequenceSet {
    type Err = MalformedSequenceSet;

    fn from_str(text: &str) -> Result<Self, MalformedSequenceSet> {
        let mut numbers = Self::default();
        for range in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let number = |text: &str| match text.parse() {
                Ok(number @ 1..=MAX_SEQUENCE_NUMBER) => Ok(number),
                _ => Err(MalformedSequenceSet),
            };
            let (first, last) = (number(first)?, number(last)?);
            if first > last {
                return Err(MalformedSequenceSet);
            }
            numbers.insert(first, last);
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        /// Ranges that often touch and overlap, and the same numbers one by one.
        fn any_numbers()(
            ranges in prop::collection::vec((1..60_u64, 0..8_u64), 0..12),
        ) -> (SequenceSet, BTreeSet<u64>) {
            let mut numbers = SequenceSet::default();
            let mut each = BTreeSet::new();
            for (first, more) in ranges {
                numbers.insert(first, first + more);
                each.extend(first..=first + more);
            }
            (numbers, each)
        }
    }

    fn each(numbers: &SequenceSet) -> BTreeSet<u64> {
        numbers.ranges().flat_map(|(first, last)| first..=last).collect()
    }

    proptest! {
        #[test]
        fn ranges_are_the_set_that_was_put_in((numbers, expected) in any_numbers()) {
            prop_assert_eq!(each(&numbers), expected.clone());
            prop_assert_eq!(numbers.count(), expected.len() as u64);
            prop_assert_eq!(numbers.highest(), expected.last().copied().unwrap_or(0));
            prop_assert_eq!(numbers.is_empty(), expected.is_empty());
        }

        #[test]
        fn up_to_cuts_where_it_says((a, each_a) in any_numbers(), last in 0..80_u64) {
            let expected: BTreeSet<_> = each_a.range(..=last).copied().collect();
            prop_assert_eq!(each(&a.up_to(last)), expected);
        }

        #[test]
        fn every_set_survives_its_text((numbers, _) in any_numbers()) {
            prop_assert_eq!(numbers.to_string().parse(), Ok(numbers));
        }

        #[test]
        fn no_text_makes_it_fail(text: String) {
            let _ = text.parse::<SequenceSet>();
        }
    }

    #[test]
    fn the_text_is_for_people_too() {
        let mut numbers = SequenceSet::between(1, 500);
        numbers.insert(510, 511);
        numbers.insert(502, 502);
        assert_eq!(numbers.to_string(), "1-500,502,510-511");
        assert_eq!(SequenceSet::default().to_string(), "");
    }

    #[test]
    fn what_is_no_set_of_message_numbers_is_refused() {
        for text in ["0", "1-", "-1", "2-1", "1,,2", "1, 2", "a", "9223372036854775808", "1-2-3"] {
            assert_eq!(text.parse::<SequenceSet>(), Err(MalformedSequenceSet), "{text}");
        }
        assert_eq!(
            "1-9223372036854775807".parse::<SequenceSet>().unwrap().count(),
            MAX_SEQUENCE_NUMBER
        );
    }
}
