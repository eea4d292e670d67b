//! Statements over many rows, with few texts: row counts are powers of two, so that every text
//! stays prepared on every connection.

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;
use time::{OffsetDateTime, PrimitiveDateTime};

/// The most rows that one statement carries, a power of two.
pub(super) const MAX_ROWS: usize = 512;
const SIZES: usize = MAX_ROWS.ilog2() as usize + 1;

/// A statement whose text repeats `row` as often as there are rows, wherever `{rows}` stands.
pub(super) struct Statement {
    template: &'static str,
    row: &'static str,
    texts: [OnceLock<Arc<str>>; SIZES],
}

impl Statement {
    pub(super) const fn new(template: &'static str, row: &'static str) -> Self {
        Self { template, row, texts: [const { OnceLock::new() }; SIZES] }
    }

    /// The text for `rows` rows: a power of two up to [`MAX_ROWS`].
    pub(super) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        debug_assert!(rows.is_power_of_two() && rows <= MAX_ROWS, "{rows} rows");
        let written = || {
            let repeated = vec![self.row; rows].join(",");
            Arc::from(self.template.replace("{rows}", &repeated))
        };
        let kept = self.texts.get(rows.ilog2() as usize);
        // Nothing in it comes from outside: the values are bound.
        AssertSqlSafe(kept.map_or_else(written, |text| Arc::clone(text.get_or_init(written))))
    }
}

/// The items in slices that have a power of two of them, the large ones first.
pub(super) fn in_powers_of_two<T>(mut items: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let largest = 1 << items.len().checked_ilog2()?;
        let (slice, rest) = items.split_at(largest.min(MAX_ROWS));
        items = rest;
        Some(slice)
    })
}

/// The items in lists of at most [`MAX_ROWS`], each filled up to a power of two by repeating its
/// last item, which changes nothing in an `IN (…)`.
pub(super) fn padded<T: Copy>(items: &[T]) -> impl Iterator<Item = Vec<T>> {
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
pub(super) fn timestamp(time: OffsetDateTime) -> PrimitiveDateTime {
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
    fn slices_are_powers_of_two_and_keep_the_order() {
        for (count, sizes) in [
            (0, vec![]),
            (1, vec![1]),
            (7, vec![4, 2, 1]),
            (500, vec![256, 128, 64, 32, 16, 4]),
            (1_200, vec![512, 512, 128, 32, 16]),
        ] {
            let items: Vec<_> = (0..count).collect();
            let slices: Vec<_> = in_powers_of_two(&items).collect();
            assert_eq!(slices.iter().map(|slice| slice.len()).collect::<Vec<_>>(), sizes);
            assert_eq!(slices.concat(), items);
        }
    }

    #[test]
    fn lists_are_padded_with_their_last_item() {
        assert_eq!(padded(&[1, 2, 3]).collect::<Vec<_>>(), [[1, 2, 3, 3]]);
        assert_eq!(padded::<u8>(&[]).count(), 0);
        let sizes: Vec<_> = padded(&[0; 1_025]).map(|list| list.len()).collect();
        assert_eq!(sizes, [512, 512, 1]);
    }
}
