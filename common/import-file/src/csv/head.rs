//! Finds the delimiter and the header of CSV.

use registrar_domain::Field;

use super::broken_cells::broken_cells;
use super::lossy_text;
use super::records::{Record, Records};
use crate::error::{FileError, ReadError, has_address};
use crate::header::{ColumnNames, Header};
use crate::row::RowProblem;
use crate::{COLUMNS_MAX, HEADER_WITHIN_ROWS};

const DELIMITERS: [u8; 4] = *b",;\t|";

/// How a file begins.
pub(super) struct Head {
    pub(super) delimiter: u8,
    /// What is around values: a quotation mark, or an apostrophe around every one.
    pub(super) quote: u8,
    pub(super) header: Header,
    /// The number of the header's row.
    pub(super) row: u64,
    /// The length of a first line `sep=;`, which is no row.
    pub(super) skipped_bytes: usize,
}

impl Head {
    /// The delimiter is the one with which a row names the three columns.
    pub(super) fn find(
        text: &[u8],
        delimiter: Option<u8>,
        names: &ColumnNames,
    ) -> Result<Self, ReadError> {
        let (sep, skipped_bytes) = sep_line(text);
        let text = &text[skipped_bytes..];
        let tried = match delimiter.or(sep) {
            Some(delimiter) => vec![delimiter],
            None => DELIMITERS.to_vec(),
        };
        let mut best: Option<FileError> = None;
        for delimiter in tried {
            match header_in(text, delimiter, b'"', names)? {
                Ok((row, header)) if is_in_apostrophes(&header) => {
                    let quote = b'\'';
                    let again = header_in(text, delimiter, quote, names)?;
                    let (row, header) = again.unwrap_or((row, header));
                    return Ok(Self { delimiter, quote, header, row, skipped_bytes });
                }
                Ok((row, header)) => {
                    return Ok(Self { delimiter, quote: b'"', header, row, skipped_bytes });
                }
                Err(error) if best.as_ref().is_none_or(|best| is_closer(&error, best)) => {
                    best = Some(error);
                }
                Err(_) => {}
            }
        }
        Err(best.unwrap_or(FileError::Empty).into())
    }
}

/// The delimiter that a first line `sep=;` names, and the length of that line: Excel reads it, and does not
/// show it.
fn sep_line(text: &[u8]) -> (Option<u8>, usize) {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(text.len());
    let line = text[..end].trim_ascii();
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let has_name = line.get(..4).is_some_and(|name| name.eq_ignore_ascii_case(b"sep="));
    let rest = &text[end..];
    let newline = if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) };
    match line.get(4) {
        Some(delimiter) if has_name && line.len() <= 6 => (Some(*delimiter), end + newline),
        // A tab is trimmed away.
        None if has_name => (Some(b'\t'), end + newline),
        _ => (None, 0),
    }
}

fn is_in_apostrophes(header: &Header) -> bool {
    header.cells.iter().map(|cell| cell.trim()).all(|cell| {
        cell.is_empty() || (cell.len() > 1 && cell.starts_with('\'') && cell.ends_with('\''))
    })
}

/// The header among the first rows, or why there is none.
fn header_in(
    text: &[u8],
    delimiter: u8,
    quote: u8,
    names: &ColumnNames,
) -> Result<Result<(u64, Header), FileError>, ReadError> {
    let mut records = Records::new(delimiter, quote);
    let mut rest = Some(text);
    let mut best: Option<FileError> = None;
    for _ in 0..HEADER_WITHIN_ROWS {
        let record = records.next(|into| {
            Ok(rest.take().is_some_and(|text| {
                into.extend_from_slice(text);
                true
            }))
        })?;
        let Some(Record { number, cells, raw }) = record else { break };
        let cells: Vec<String> = match cells {
            Ok(cells) => cells.iter().map(lossy_text).collect(),
            // It may be the header still, whose names have no quotation marks.
            Err(RowProblem::TextAfterQuote | RowProblem::UnclosedQuote) => {
                broken_cells(raw, delimiter, quote)
            }
            Err(RowProblem::TooManyCells) => vec![String::new(); COLUMNS_MAX + 1],
            // Too long to be the header, and no blank row all the same.
            Err(_) => Vec::new(),
        };
        let cells: Vec<&str> = cells.iter().map(|cell| &**cell).collect();
        let error = match Header::find(&cells, names) {
            Ok(header) => return Ok(Ok((number, header))),
            Err(FileError::ColumnsMissing { missing, found, .. }) => {
                FileError::ColumnsMissing { missing, found, row: Some(number) }
            }
            Err(FileError::TooManyColumns) => FileError::TooManyColumns,
            Err(error) => return Ok(Err(error)),
        };
        if best.as_ref().is_none_or(|best| is_closer(&error, best)) {
            best = Some(error);
        }
    }
    Ok(Err(best.unwrap_or(FileError::Empty)))
}

/// Which of two complaints helps more: a doubled column rather than a missing one, and one missing
/// rather than two.
fn is_closer(error: &FileError, than: &FileError) -> bool {
    distance(error) < distance(than)
}

fn distance(error: &FileError) -> (usize, usize) {
    match error {
        // With this delimiter there are nothing but blank cells.
        FileError::Empty => (0, 0),
        FileError::ColumnDoubled { .. } => (0, 1),
        // Of rows without any, the one with the most cells looks most like a header; none that has
        // an address is one.
        FileError::ColumnsMissing { missing, found, .. } => {
            let missing = if has_address(found) { Field::ALL.len() + 1 } else { missing.len() };
            (missing, usize::MAX - found.len())
        }
        FileError::TooManyColumns => (1, 0),
        _ => (5, 0),
    }
}
