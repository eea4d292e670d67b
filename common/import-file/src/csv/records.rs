//! Splits text into records, with the numbers that a spreadsheet gives to rows.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::quotes::{Quotes, quotes, without_blanks};
use crate::error::ReadError;
use crate::error_file::{ADDED_COLUMNS, BYTE_ORDER_MARK};
use crate::row::RowProblem;
use crate::{COLUMNS_MAX, ROW_MAX_BYTES};

/// An error file has more columns than the file that it is made for.
const CELLS_MAX: usize = COLUMNS_MAX + ADDED_COLUMNS.len();
/// Consumed text is dropped once there is so much of it.
const COMPACT_FROM: usize = 64 * 1024;
/// So much text is read again after broken rows. A file that is made to be read again and again meets
/// this bound, and then loses the rows that a broken one swallowed.
const READ_AGAIN_MAX: usize = 16 * 1024 * 1024;

/// The records of a text that comes in parts.
pub(super) struct Records {
    delimiter: u8,
    quote: u8,
    reader: Reader,
    text: Vec<u8>,
    position: usize,
    ended: bool,
    /// The record before ended with a carriage return, whose line feed may follow.
    after_return: bool,
    /// What is left of a broken line is passed over.
    skips_line: bool,
    rows: u64,
    read_again: usize,
    /// A record that is no row, where it is repeated.
    repeated: Vec<u8>,
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// So much of the cells is the last record's.
    read: usize,
}

/// A record, or what is in the place of one.
pub(super) struct Record<'a> {
    pub(super) number: u64,
    /// As it is in the file; of a broken record its first line.
    pub(super) raw: &'a [u8],
    pub(super) cells: Result<Cells<'a>, RowProblem>,
}

/// The cells of a record, without quotation marks.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    bytes: &'a [u8],
    ends: &'a [usize],
}

/// How far a record goes in the text, and what it came to.
struct Scanned {
    end: usize,
    cells: usize,
    ends: usize,
    is_whole: bool,
}

impl<'a> Cells<'a> {
    pub(super) fn len(self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(self, position: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(position)?;
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(start..end)
    }

    pub(super) fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        (0..self.len()).filter_map(move |position| self.get(position))
    }
}

/// Nothing but blanks, or what old programs end a file with.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    let is_blank = |character: char| character.is_whitespace() || "\0\u{1a}".contains(character);
    match bytes.first() {
        Some(first) if first.is_ascii_alphanumeric() => false,
        _ => str::from_utf8(bytes).is_ok_and(|text| text.chars().all(is_blank)),
    }
}

impl Records {
    pub(super) fn new(delimiter: u8, quote: u8) -> Self {
        Self {
            delimiter,
            quote,
            reader: ReaderBuilder::new().delimiter(delimiter).quote(quote).build(),
            text: Vec::new(),
            position: 0,
            ended: false,
            after_return: false,
            skips_line: false,
            rows: 0,
            read_again: 0,
            repeated: Vec::new(),
            read: 0,
            cells: vec![0; ROW_MAX_BYTES + 1],
            ends: vec![0; CELLS_MAX + 1],
        }
    }

    /// How many rows were passed.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// The last record is the header: files that were put together have it again.
    pub(super) fn pass_over_repetitions(&mut self) {
        self.repeated = self.cells[..self.read].to_vec();
    }

    /// The next record that is not blank; `fill` appends text, and says false at the end.
    pub(super) fn next(
        &mut self,
        mut fill: impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
    ) -> Result<Option<Record<'_>>, ReadError> {
        loop {
            if !self.skip_blank_lines(&mut fill)? {
                return Ok(None);
            }
            self.rows += 1;
            let number = self.rows;
            if self.position >= COMPACT_FROM {
                self.text.drain(..self.position);
                self.position = 0;
            }
            let Scanned { end, cells, ends, is_whole } = self.scan(&mut fill)?;
            let start = self.position;
            let raw = &self.text[start..end];
            let quotes = quotes(raw, self.delimiter, self.quote);
            let (cells, ends) = if quotes == Quotes::Spaced && is_whole {
                let bare = without_blanks(raw, self.delimiter, self.quote);
                let (_, _, cells, ends) =
                    self.reader.read_record(&bare, &mut self.cells, &mut self.ends);
                (cells, ends)
            } else {
                (cells, ends)
            };
            self.read = cells;
            let problem = match quotes {
                Quotes::TextAfter => Some(RowProblem::TextAfterQuote),
                Quotes::Unclosed => Some(RowProblem::UnclosedQuote),
                _ if ends > CELLS_MAX => Some(RowProblem::TooManyCells),
                _ if !is_whole => Some(RowProblem::TooLong),
                Quotes::Fine | Quotes::Spaced => None,
            };
            if let Some(problem) = problem {
                self.resume_after_first_line(end);
                let raw = &self.text[start..self.position];
                return Ok(Some(Record { number, raw, cells: Err(problem) }));
            }
            self.after_return = raw.last() == Some(&b'\r');
            self.position = end;
            let is_repeated = !self.repeated.is_empty() && self.repeated == self.cells[..cells];
            // Asked in two steps, or else the record would be borrowed in the next round, too.
            if !is_repeated && !is_blank(&self.cells[..cells]) {
                let cells = Cells { bytes: &self.cells[..cells], ends: &self.ends[..ends] };
                let raw = &self.text[start..end];
                return Ok(Some(Record { number, raw, cells: Ok(cells) }));
            }
        }
    }

    /// Reads a record to its end, or as far as a record may go.
    fn scan(
        &mut self,
        fill: &mut impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
    ) -> Result<Scanned, ReadError> {
        let start = self.position;
        let limit = start + ROW_MAX_BYTES + 1;
        let mut scanned = Scanned { end: start, cells: 0, ends: 0, is_whole: false };
        loop {
            let (result, read, written, ended) = self.reader.read_record(
                &self.text[scanned.end..self.text.len().min(limit)],
                &mut self.cells[scanned.cells..],
                &mut self.ends[scanned.ends..],
            );
            scanned.end += read;
            scanned.cells += written;
            scanned.ends += ended;
            match result {
                ReadRecordResult::Record => {
                    return Ok(Scanned { is_whole: scanned.end < limit, ..scanned });
                }
                ReadRecordResult::InputEmpty if scanned.end < limit && self.fill(fill)? => {}
                _ => return Ok(scanned),
            }
        }
    }

    /// To the next line with something in it. Blank lines count, as they do in a spreadsheet.
    fn skip_blank_lines(
        &mut self,
        fill: &mut impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
    ) -> Result<bool, ReadError> {
        loop {
            let Some(byte) = self.text.get(self.position).copied() else {
                self.text.clear();
                self.position = 0;
                if self.ended || !self.fill(fill)? {
                    return Ok(false);
                }
                continue;
            };
            match byte {
                b'\n' | b'\r' if self.skips_line => self.skips_line = false,
                _ if self.skips_line => {}
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => self.rows += 1,
                b'\xef' if self.is_at_mark(fill)? => self.position += BYTE_ORDER_MARK.len() - 1,
                _ => return Ok(true),
            }
            self.after_return = byte == b'\r';
            self.position += 1;
        }
    }

    /// A byte order mark, which files that were put together have where another begins.
    fn is_at_mark(
        &mut self,
        fill: &mut impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
    ) -> Result<bool, ReadError> {
        while self.text.len() - self.position < BYTE_ORDER_MARK.len() && self.fill(fill)? {}
        Ok(self.text[self.position..].starts_with(BYTE_ORDER_MARK.as_bytes()))
    }

    /// A row that is broken by its quotation marks may have swallowed the rows below it: they are
    /// read again.
    fn resume_after_first_line(&mut self, end: usize) {
        self.reader.reset();
        let scanned = &self.text[self.position..end];
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let length = match scanned.iter().position(is_end) {
            Some(line) if self.read_again < READ_AGAIN_MAX => line + 1,
            _ => scanned.len(),
        };
        self.read_again += scanned.len() - length;
        let last = scanned[..length].last();
        self.after_return = last == Some(&b'\r');
        self.skips_line = !last.is_some_and(is_end);
        self.position += length;
    }

    /// The last line ends, whether the file says so or not.
    fn fill(
        &mut self,
        fill: &mut impl FnMut(&mut Vec<u8>) -> Result<bool, ReadError>,
    ) -> Result<bool, ReadError> {
        if self.ended {
            return Ok(false);
        }
        if !fill(&mut self.text)? {
            self.ended = true;
            self.text.push(b'\n');
        }
        Ok(true)
    }
}
