//! The number that a message carries in its headers, for the ledger.

use std::collections::BTreeMap;

use registrar_domain::ledger::{Epoch, MAX_NUMBER};

const EPOCH: &str = "x-registrar-epoch";
const SEQUENCE: &str = "x-registrar-sequence";

/// Writes the number into the headers, over that of an earlier publishing.
pub(super) fn put(headers: &mut BTreeMap<String, String>, epoch: Epoch, number: u64) {
    headers.insert(EPOCH.to_owned(), epoch.to_string());
    headers.insert(SEQUENCE.to_owned(), number.to_string());
}

/// The number in the headers. None when somebody else published the message, or a version without
/// a ledger.
pub(super) fn read(headers: &BTreeMap<String, String>) -> Option<(Epoch, u64)> {
    let epoch = Epoch::parse(headers.get(EPOCH)?)?;
    let number = headers.get(SEQUENCE)?.parse().ok()?;
    (1..=MAX_NUMBER).contains(&number).then_some((epoch, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_is_published_again_has_the_new_number() {
        let (first, second) = (Epoch::begin(), Epoch::begin());
        let mut headers = BTreeMap::new();
        put(&mut headers, first, 7);
        put(&mut headers, second, 8);
        assert_eq!(read(&headers), Some((second, 8)));
    }

    #[test]
    fn what_is_no_number_is_none() {
        let mut headers = BTreeMap::new();
        assert_eq!(read(&headers), None);
        for (epoch, sequence) in [("me", "1"), (&Epoch::begin().to_string(), "0"), ("", "-1")] {
            headers.insert(EPOCH.to_owned(), epoch.to_owned());
            headers.insert(SEQUENCE.to_owned(), sequence.to_owned());
            assert_eq!(read(&headers), None, "{epoch} {sequence}");
        }
    }
}
