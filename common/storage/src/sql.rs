//! Statements over many rows, with few texts, so that every text stays prepared on every connection:
//! for up to 16 rows one each, and then for multiples of 16. So a batch is mostly one statement and one
//! commit, and never more than two.

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;
use time::{OffsetDateTime, PrimitiveDateTime};

/// The most rows that one statement carries, a power of two.
pub(crate) const MAX_ROWS: usize = 512;
/// Up to so many rows there is a text for each number, and then for each multiple.
const STEP: usize = 16;
const SIZES: usize = STEP + MAX_ROWS / STEP - 1;

/// A statement whose text repeats `row` as often as there are rows, wherever `{rows}` stands.
pub(crate) struct Statement {
    template: &'static str,
    row: &'static str,
    texts: [OnceLock<Arc<str>>; SIZES],
}

impl Statement {
    pub(crate) const fn new(template: &'static str, row: &'static str) -> Self {
        Self { template, row, texts: [const { OnceLock::new() }; SIZES] }
    }

    /// The text for `rows` rows: at most 16, or a multiple of 16 up to [`MAX_ROWS`].
    pub(crate) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        debug_assert!((1..=STEP).contains(&rows) || rows.is_multiple_of(STEP), "{rows} rows");
        let written = || {
            let repeated = vec![self.row; rows].join(",");
            Arc::from(self.template.replace("{rows}", &repeated))
        };
        let place = if rows <= STEP { rows } else { STEP - 1 + rows / STEP };
        let kept = self.texts.get(place - 1);
        // Nothing in it comes from outside: the values are bound.
        AssertSqlSafe(kept.map_or_else(written, |text| Arc::clone(text.get_or_init(written))))
    }
}

/// The items in slices for which there is a text, the large ones first.
pub(crate) fn in_statements<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = items.len().min(MAX_ROWS);
        let (slice, rest) = items.split_at(if most <= STEP { most } else { most - most % STEP });
        items = rest;
        (!slice.is_empty()).then_some(slice)
    })
}

/// The items in lists of at most [`MAX_ROWS`], each filled up to a power of two by repeating its
/// last item, which changes nothing in an `IN (…)`.
pub(crate) fn padded<T: Copy>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
    items.chunks(MAX_ROWS).map(|chunk| {
        let mut list = chunk.to_vec();
        if let Some(last) = chunk.last() {
            list.resize(chunk.len().next_power_of_two(), *last);
        }
        list
    })
}

/// The time as it is bound. Connections are in UTC. Bound with its zone, as a TIMESTAMP, a time that
/// is out of range silently becomes the current one on `MariaDB`; bound like this it is refused.
pub(crate) fn timestamp(time: OffsetDateTime) -> PrimitiveDateTime {
    let utc = time.to_utc();
    PrimitiveDateTime::new(utc.date(), utc.time())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_repeats_its_row_everywhere() {
        let statement = Statement::new("A IN ({rows}) OR B IN ({rows})", "?");
        assert_eq!(&*statement.text(1).0, "A IN (?) OR B IN (?)");
        assert_eq!(&*statement.text(4).0, "A IN (?,?,?,?) OR B IN (?,?,?,?)");
        assert_eq!(statement.text(MAX_ROWS).0.matches('?').count(), 2 * MAX_ROWS);
    }

    #[test]
    fn a_batch_of_any_size_takes_two_statements_at_most_and_keeps_its_order() {
        for (count, sizes) in [
            (0, vec![]),
            (1, vec![1]),
            (7, vec![7]),
            (16, vec![16]),
            (17, vec![16, 1]),
            (48, vec![48]),
            (511, vec![496, 15]),
            (512, vec![512]),
            (1_200, vec![512, 512, 176]),
        ] {
            let items: Vec<_> = (0..count).collect();
            let slices: Vec<_> = in_statements(&items).collect();
            assert_eq!(slices.iter().map(|slice| slice.len()).collect::<Vec<_>>(), sizes);
            assert_eq!(slices.concat(), items);
        }
    }

    #[test]
    fn every_size_has_a_text_of_its_own_that_is_kept() {
        let statement = Statement::new("{rows}", "?");
        let sizes = (1..=STEP).chain((1..=MAX_ROWS / STEP).map(|multiple| multiple * STEP));
        for rows in sizes {
            let text = statement.text(rows).0;
            assert_eq!(text.matches('?').count(), rows);
            assert!(Arc::ptr_eq(&text, &statement.text(rows).0), "{rows}");
        }
        assert!(statement.texts.iter().all(|text| text.get().is_some()), "none is in vain");
    }

    #[test]
    fn lists_are_padded_with_their_last_item() {
        assert_eq!(padded(&[1, 2, 3]).collect::<Vec<_>>(), [[1, 2, 3, 3]]);
        assert_eq!(padded::<u8>(&[]).count(), 0);
        let sizes: Vec<_> = padded(&[0; 1_025]).map(|list| list.len()).collect();
        assert_eq!(sizes, [512, 512, 1]);
    }
}
