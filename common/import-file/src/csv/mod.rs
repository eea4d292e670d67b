//! Rows of CSV.

mod head;
mod quotes;
mod records;

use std::borrow::Cow;
use std::io::Read;

use self::head::Head;
use self::records::{Cells, Record, Records};
use crate::error::ReadError;
use crate::header::{ColumnNames, Header};
use crate::row::{Row, RowProblem};
use crate::text::Text;

/// What `OneRoster` and Canvas say of people who left.
const DELETED: [&[u8]; 2] = [b"tobedeleted", b"deleted"];

/// The rows below the header.
pub(crate) struct CsvRows {
    records: Records,
    head: Head,
    /// What was looked at to find the header, until it is read again as records.
    start: Option<Vec<u8>>,
}

impl CsvRows {
    /// Finds the delimiter and the header in the beginning of a text.
    pub(crate) fn new(
        start: Vec<u8>,
        delimiter: Option<u8>,
        names: &ColumnNames,
    ) -> Result<Self, ReadError> {
        let head = Head::find(&start, delimiter, names)?;
        let mut rows = Self { records: Records::new(head.delimiter), start: Some(start), head };
        if let Some(start) = &mut rows.start {
            start.drain(..rows.head.skipped_bytes);
        }
        Ok(rows)
    }

    pub(crate) fn delimiter(&self) -> u8 {
        self.head.delimiter
    }

    pub(crate) fn header(&self) -> &Header {
        &self.head.header
    }

    pub(crate) fn header_row(&self) -> u64 {
        self.head.row
    }

    /// The next row that is not blank.
    pub(crate) fn next<R: Read>(
        &mut self,
        text: &mut Text<R>,
    ) -> Result<Option<Row<'_>>, ReadError> {
        let start = &mut self.start;
        let mut fill = |into: &mut Vec<u8>| match start.take() {
            Some(start) => {
                into.extend_from_slice(&start);
                Ok(true)
            }
            None => text.fill(into),
        };
        let head = &self.head;
        while self.records.rows() < head.row {
            if self.records.next(&mut fill)?.is_none() {
                return Ok(None);
            }
        }
        let record = self.records.next(&mut fill)?;
        Ok(record.map(|Record { number, cells }| match cells {
            Ok(cells) => row(number, cells, &head.header),
            Err(problem) => Row::without_values(number, problem),
        }))
    }
}

fn row<'a>(number: u64, cells: Cells<'a>, header: &Header) -> Row<'a> {
    let mut problem = None;
    let [first_name, last_name, email] = header.columns.map(|column| {
        let Some(cell) = cells.get(column) else {
            problem.get_or_insert(RowProblem::TooFewCells);
            return Cow::default();
        };
        // What the error file put in front of it, so that a spreadsheet takes it for text.
        let bare = if header.is_error_file { cell.strip_prefix(b"'") } else { None };
        let text = String::from_utf8_lossy(bare.unwrap_or(cell));
        if matches!(text, Cow::Owned(_)) {
            problem.get_or_insert(RowProblem::NotText);
        }
        text
    });
    if cells.iter().skip(header.names.len()).any(|cell| !is_blank(cell)) {
        problem.get_or_insert(RowProblem::TooManyCells);
    }
    let status = header.status.and_then(|column| cells.get(column)).unwrap_or_default();
    let status = status.trim_ascii();
    if DELETED.iter().any(|deleted| status.eq_ignore_ascii_case(deleted)) {
        problem.get_or_insert(RowProblem::MarkedDeleted);
    }
    Row { number, first_name, last_name, email, problem }
}

fn is_blank(cell: &[u8]) -> bool {
    str::from_utf8(cell).is_ok_and(|text| text.trim().is_empty())
}
