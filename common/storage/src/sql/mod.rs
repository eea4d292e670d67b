//! Statements over many rows, with few texts, so that every text stays prepared on every connection:
//! one for each number of rows up to 32, and above that four to an octave (40, 48, 56, 64, 80 …).
//!
//! And one for the rows of a full chunk of an import, and of a full batch of them. Those are 50 texts
//! of an INSERT. A text for every number would be 512, of which a server keeps each prepared for each
//! connection at some 2 KB a row: 300 MB a connection in the end, where these are 13. So students and
//! rejections of any other number are one statement that is not prepared ([`literal`]): a second one
//! would be a second commit.

pub(crate) mod literal;

use std::sync::{Arc, OnceLock};

use sqlx::AssertSqlSafe;
use time::{OffsetDateTime, PrimitiveDateTime};

/// The most rows that one statement carries, a power of two, but for a full batch of chunks.
pub(crate) const MAX_ROWS: usize = 512;
/// Up to so many rows there is a text for each number, a power of two.
const EACH: usize = 32;
/// And from there on so many between it and its double.
const TO_AN_OCTAVE: usize = 4;
/// The rows of a full chunk of an import, which most messages of an import are.
const CHUNK: usize = 500;
/// The rows of a full batch of such messages.
const CHUNKS: usize = 4 * CHUNK;
const SIZES: usize = EACH + TO_AN_OCTAVE * (MAX_ROWS.ilog2() - EACH.ilog2()) as usize + 2;

/// How many of these rows are inserted by one statement: all that one can carry; else whole chunks.
pub(crate) fn rows_of_a_statement(rows: usize) -> usize {
    if rows <= MAX_ROWS || rows == CHUNKS { rows.max(1) } else { CHUNK }
}

/// Whether a statement of so many rows has a text that stays prepared.
pub(crate) fn stays_prepared(rows: usize) -> bool {
    let is_in_an_octave = (EACH..=MAX_ROWS).contains(&rows);
    (1..=EACH).contains(&rows)
        || rows == CHUNK
        || rows == CHUNKS
        || is_in_an_octave && rows.is_multiple_of(step(rows))
}

/// The distance between numbers of rows that have a text, from this one on.
fn step(rows: usize) -> usize {
    (1 << rows.ilog2()) / TO_AN_OCTAVE
}

/// Where the text for this number of rows is kept.
fn place(rows: usize) -> usize {
    if rows <= EACH {
        return rows - 1;
    }
    if rows == CHUNK {
        return SIZES - 2;
    }
    if rows == CHUNKS {
        return SIZES - 1;
    }
    let octaves = (rows.ilog2() - EACH.ilog2()) as usize;
    // Within an octave: 0 for a power of two, which is the last of the octave before it.
    let within = rows / step(rows) - TO_AN_OCTAVE;
    EACH - 1 + octaves * TO_AN_OCTAVE + within
}

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

    /// The text for `rows` rows, which must be one that stays prepared.
    pub(crate) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        debug_assert!(stays_prepared(rows), "{rows} rows");
        let written = || {
            let repeated = vec![self.row; rows].join(",");
            Arc::from(self.template.replace("{rows}", &repeated))
        };
        let kept = self.texts.get(place(rows));
        // Nothing in it comes from outside: the values are bound.
        AssertSqlSafe(kept.map_or_else(written, |text| Arc::clone(text.get_or_init(written))))
    }

    /// The text with these rows in it, as [`literal::rows`] writes them.
    pub(crate) fn text_with(&self, rows: &str) -> AssertSqlSafe<String> {
        // What comes from outside is digits in it.
        AssertSqlSafe(self.template.replace("{rows}", rows))
    }
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
    fn every_size_has_a_text_of_its_own_that_is_kept() {
        let statement = Statement::new("{rows}", "?");
        for rows in (1..=CHUNKS).filter(|rows| stays_prepared(*rows)) {
            let text = statement.text(rows).0;
            assert_eq!(text.matches('?').count(), rows);
            assert!(Arc::ptr_eq(&text, &statement.text(rows).0), "{rows}");
        }
        assert!(statement.texts.iter().all(|text| text.get().is_some()), "none is in vain");
        assert_eq!(statement.texts.len(), 50);
    }

    #[test]
    fn as_many_rows_share_a_statement_as_it_carries_or_else_whole_chunks_do() {
        for (rows, together) in [(0, 1), (500, 500), (512, 512), (2_000, 2_000)] {
            assert_eq!(rows_of_a_statement(rows), together);
        }
        for rows in [513, 1_000, 1_999, 2_001, 10_000] {
            assert_eq!(rows_of_a_statement(rows), 500);
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
