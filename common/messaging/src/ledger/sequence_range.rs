//! The numbers of a message's registrations, for the ledger: one for each.

use std::collections::BTreeMap;

use registrar_domain::ledger::{MAX_SEQUENCE_NUMBER, ProducerId};

use crate::envelope::MOST_READ;

const EPOCH: &str = "x-registrar-epoch";
const SEQUENCE: &str = "x-registrar-sequence";

/// Consecutive numbers that a producer gave in the lane of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceRange {
    pub producer: ProducerId,
    pub first: u64,
    pub last: u64,
}

impl SequenceRange {
    /// As a message's headers: `501`, or `501-532`.
    pub(crate) fn headers(self) -> [(&'static str, String); 2] {
        let Self { producer, first, last } = self;
        let numbers = if first == last { first.to_string() } else { format!("{first}-{last}") };
        [(EPOCH, producer.to_string()), (SEQUENCE, numbers)]
    }

    /// Those in the headers. None when another client published the message, or a version without a
    /// ledger.
    pub(crate) fn read(headers: &BTreeMap<String, String>) -> Option<Self> {
        let producer = ProducerId::parse(headers.get(EPOCH)?)?;
        let text = headers.get(SEQUENCE)?;
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let is_range = 1 <= first && first <= last && last <= MAX_SEQUENCE_NUMBER;
        let is_read = is_range && last - first < MOST_READ as u64;
        is_read.then_some(Self { producer, first, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(numbers: SequenceRange) -> BTreeMap<String, String> {
        numbers.headers().map(|(name, value)| (name.to_owned(), value)).into()
    }

    #[test]
    fn what_is_written_is_read() {
        for (last, text) in [(7, "7"), (38, "7-38")] {
            let numbers = SequenceRange { producer: ProducerId::generate(), first: 7, last };
            assert_eq!(headers(numbers)[SEQUENCE], text);
            assert_eq!(SequenceRange::read(&headers(numbers)), Some(numbers));
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        assert_eq!(SequenceRange::read(&BTreeMap::new()), None);
        let producer = ProducerId::generate();
        let most = SequenceRange { producer, first: 1, last: MOST_READ as u64 };
        let mut headers = headers(most);
        assert_eq!(SequenceRange::read(&headers), Some(most));
        let producer = producer.to_string();
        for (producer, sequence) in [
            ("me", "1"),
            (&producer, "0"),
            ("", "-1"),
            (&producer, "2-1"),
            (&producer, "1-513"),
            (&producer, "1,3"),
            (&producer, "1-9223372036854775808"),
        ] {
            headers.insert(EPOCH.to_owned(), producer.to_owned());
            headers.insert(SEQUENCE.to_owned(), sequence.to_owned());
            assert_eq!(SequenceRange::read(&headers), None, "{producer} {sequence}");
        }
    }
}
