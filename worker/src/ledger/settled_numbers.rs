use registrar_domain::ledger::{Ledger, SequenceKey};
use registrar_messaging::SequenceRange;

use crate::item::Item;
use crate::source::Source;

/// What the ledger learns when these messages are settled.
pub(crate) fn settled_numbers(source: &Source, items: &[&Item]) -> Ledger {
    let mut ledger = Ledger::default();
    for item in items {
        let Some(SequenceRange { producer, first, last }) = item.delivery.numbers else { continue };
        let Some(lane) = source.lane_of(item) else { continue };
        let settled = &mut ledger.entry(SequenceKey { producer, lane }).settled;
        settled.insert(first, last);
    }
    ledger
}
