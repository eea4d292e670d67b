//! The number that a message carries in its headers, for the ledger.

use std::collections::BTreeMap;

use registrar_domain::ledger::{MAX_SEQUENCE_NUMBER, ProducerId};

const EPOCH: &str = "x-registrar-epoch";
const SEQUENCE: &str = "x-registrar-sequence";

/// Writes the number into the headers, over that of an earlier publishing.
pub(crate) fn put(headers: &mut BTreeMap<String, String>, producer: ProducerId, number: u64) {
    headers.insert(EPOCH.to_owned(), producer.to_string());
    headers.insert(SEQUENCE.to_owned(), number.to_string());
}

/// The number in the headers. None when somebody else published the message, or a version without
/// a ledger.
pub(crate) fn read(headers: &BTreeMap<String, String>) -> Option<(ProducerId, u64)> {
    let producer = ProducerId::parse(headers.get(EPOCH)?)?;
    let number = headers.get(SEQUENCE)?.parse().ok()?;
    (1..=MAX_SEQUENCE_NUMBER).contains(&number).then_some((producer, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_published_again_has_the_new_number() {
        let (first, second) = (ProducerId::generate(), ProducerId::generate());
        let mut headers = BTreeMap::new();
        put(&mut headers, first, 7);
        put(&mut headers, second, 8);
        assert_eq!(read(&headers), Some((second, 8)));
    }

    #[test]
    fn what_is_no_number_is_none() {
        let mut headers = BTreeMap::new();
        assert_eq!(read(&headers), None);
        for (producer, sequence) in
            [("me", "1"), (&ProducerId::generate().to_string(), "0"), ("", "-1")]
        {
            headers.insert(EPOCH.to_owned(), producer.to_owned());
            headers.insert(SEQUENCE.to_owned(), sequence.to_owned());
            assert_eq!(read(&headers), None, "{producer} {sequence}");
        }
    }
}
