//! The numbers that a message carries in its headers, for the ledger: one for each registration.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use registrar_domain::ledger::{MAX_SEQUENCE_NUMBER, ProducerId, SequenceSet};

use crate::envelope::MOST_READ;

const EPOCH: &str = "x-registrar-epoch";
const SEQUENCE: &str = "x-registrar-sequence";

/// Writes the numbers into the headers, over those of an earlier publishing: `501`, or `501-532`.
pub(crate) fn put(
    headers: &mut BTreeMap<String, String>,
    producer: ProducerId,
    numbers: &RangeInclusive<u64>,
) {
    let numbers = SequenceSet::between(*numbers.start(), *numbers.end());
    headers.insert(EPOCH.to_owned(), producer.to_string());
    headers.insert(SEQUENCE.to_owned(), numbers.to_string());
}

/// The numbers in the headers. None when another client published the message, or a version without
/// a ledger.
pub(crate) fn read(
    headers: &BTreeMap<String, String>,
) -> Option<(ProducerId, RangeInclusive<u64>)> {
    let producer = ProducerId::parse(headers.get(EPOCH)?)?;
    let text = headers.get(SEQUENCE)?;
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let is_range = 1 <= first && first <= last && last <= MAX_SEQUENCE_NUMBER;
    (is_range && last - first < MOST_READ as u64).then_some((producer, first..=last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_published_again_has_the_new_numbers() {
        let (first, second) = (ProducerId::generate(), ProducerId::generate());
        let mut headers = BTreeMap::new();
        put(&mut headers, first, &(7..=7));
        assert_eq!(read(&headers), Some((first, 7..=7)));
        put(&mut headers, second, &(8..=39));
        assert_eq!(read(&headers), Some((second, 8..=39)));
    }

    #[test]
    fn what_is_no_number_is_none() {
        let mut headers = BTreeMap::new();
        assert_eq!(read(&headers), None);
        let producer = ProducerId::generate().to_string();
        put(&mut headers, ProducerId::generate(), &(1..=MOST_READ as u64));
        assert!(read(&headers).is_some());
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
            assert_eq!(read(&headers), None, "{producer} {sequence}");
        }
    }
}
