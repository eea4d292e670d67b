//! Rows of CSV.

mod broken_cells;
#[cfg(test)]
mod corpus;
mod head;
mod quotes;
mod records;
mod table;

use std::borrow::Cow;
use std::io::Read;

use self::broken_cells::broken_cells;
use self::head::Head;
use self::records::{Cells, Record, Records, is_blank};
pub(crate) use self::table::TableRows;
use crate::error::{FileError, ReadError};
use crate::header::{ColumnNames, Header, NAME_MAX_BYTES, field_named};
use crate::nothing::is_nothing;
use crate::row::{Row, RowProblem, bare_name, is_marked_deleted, is_no_student};
use crate::text::{Text, are_undamaged};
use crate::whole_file::WholeRow;

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
        mut start: Vec<u8>,
        delimiter: Option<u8>,
        names: &ColumnNames,
    ) -> Result<Self, ReadError> {
        let head = Head::find(&start, delimiter, names)?;
        start.drain(..head.skipped_bytes);
        Ok(Self { records: Records::new(head.delimiter, head.quote), start: Some(start), head })
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
        let Self { records, head, start } = self;
        let record = next_record(records, head.row, start, text)?;
        let Some(Record { number, cells, .. }) = record else { return Ok(None) };
        Ok(Some(match cells {
            Ok(cells) if is_other_header(cells, &head.header) => {
                return Err(FileError::SecondHeader { row: number }.into());
            }
            Ok(cells) => row(number, cells, &head.header),
            Err(problem) => Row::without_values(number, problem),
        }))
    }

    /// All of the row with this number; the rows before it are passed over.
    pub(crate) fn whole_row<R: Read>(
        &mut self,
        number: u64,
        text: &mut Text<R>,
    ) -> Result<Option<WholeRow>, ReadError> {
        let Self { records, head, start } = self;
        while let Some(record) = next_record(records, head.row, start, text)? {
            if record.number >= number {
                let (values, cells) = if let Ok(cells) = record.cells {
                    let values = row(number, cells, &head.header).into_values();
                    (values, cells.iter().map(lossy_text).collect())
                } else {
                    let cells = broken_cells(record.raw, head.delimiter, head.quote);
                    (Default::default(), cells)
                };
                return Ok((record.number == number).then_some(WholeRow { values, cells }));
            }
        }
        Ok(None)
    }
}

fn next_record<'a, R: Read>(
    records: &'a mut Records,
    header_row: u64,
    start: &mut Option<Vec<u8>>,
    text: &mut Text<R>,
) -> Result<Option<Record<'a>>, ReadError> {
    let mut fill = |into: &mut Vec<u8>| match start.take() {
        Some(start) => {
            into.extend_from_slice(&start);
            Ok(true)
        }
        None => text.fill(into),
    };
    if records.rows() < header_row {
        while records.rows() < header_row {
            if records.next(&mut fill)?.is_none() {
                return Ok(None);
            }
        }
        records.pass_over_repetitions();
    }
    records.next(&mut fill)
}

/// Whether a row names the columns as a header does, and in other places than the header.
fn is_other_header(cells: Cells<'_>, header: &Header) -> bool {
    let names = ColumnNames::default();
    let [.., email] = header.columns;
    let may_be_name = |cell: &[u8]| cell.len() <= NAME_MAX_BYTES && !cell.contains(&b'@');
    let is_name =
        |cell: &[u8]| str::from_utf8(cell).is_ok_and(|cell| field_named(cell, &names).is_some());
    // To compare names takes longer than to read a row, of which there may be a million.
    let is_named_so = |cell: &[u8]| {
        header.names.get(email).is_some_and(|name| cell.trim_ascii() == name.as_bytes())
    };
    let may_be_header = |cell: &[u8]| is_name(cell) || cells.iter().any(is_named_so);
    if !cells.get(email).is_some_and(|cell| may_be_name(cell) && may_be_header(cell)) {
        return false;
    }
    let cells: Vec<String> = cells.iter().map(lossy_text).collect();
    let cells: Vec<&str> = cells.iter().map(|cell| &**cell).collect();
    Header::find(&cells, &names).is_ok_and(|other| other.columns != header.columns)
}

fn lossy_text(cell: &[u8]) -> String {
    String::from_utf8_lossy(cell).into_owned()
}

fn row<'a>(number: u64, cells: Cells<'a>, header: &Header) -> Row<'a> {
    let bare = |cell: &'a [u8]| {
        // What the error file put in front of it, so that a spreadsheet takes it for text.
        let cell = match cell {
            [b'\'', bare @ ..] if header.is_error_file => bare,
            _ => cell,
        };
        match cell {
            _ if is_nothing(cell.trim_ascii()) => b"",
            // So that Excel takes it for text.
            [b'=', b'"', text @ .., b'"'] if !text.contains(&b'"') => text,
            _ => cell,
        }
    };
    let cell = |column: Option<usize>| column.and_then(|at| cells.get(at)).unwrap_or_default();
    let code = cell(header.codes);
    let had = |problem: &RowProblem| problem.code().as_bytes() == code;
    let had_broken_quotes =
        [RowProblem::TextAfterQuote, RowProblem::UnclosedQuote].into_iter().find(had);
    let mut problem = None;
    let [first_name, last_name, email] = header.columns.map(|column| {
        let Some(cell) = cells.get(column) else {
            problem.get_or_insert(RowProblem::TooFewCells);
            return Cow::default();
        };
        String::from_utf8_lossy(bare(cell))
    });
    if !are_undamaged([&first_name, &last_name, &email]) {
        problem.get_or_insert(RowProblem::NotText);
    }
    // A broken value that was not corrected does not become valid by being written as a whole one.
    if let Some(broken) = had_broken_quotes
        && [&first_name, &last_name, &email].into_iter().any(|value| value.starts_with('"'))
    {
        problem.get_or_insert(broken);
    }
    let (first_name, last_name) = (bare_name(first_name), bare_name(last_name));
    if cells.iter().skip(header.names.len()).any(|cell| !is_blank(bare(cell))) {
        problem.get_or_insert(RowProblem::TooManyCells);
    }
    let named = [
        (RowProblem::MarkedDeleted, header.status, is_marked_deleted as fn(&[u8]) -> bool),
        (RowProblem::NoStudent, header.role, is_no_student),
    ];
    for (named, column, is_so) in named {
        // The service's error file lacks the column that says so.
        if column.map_or_else(|| had(&named), |_| is_so(cell(column))) {
            problem.get_or_insert(named);
        }
    }
    Row { number, first_name, last_name, email, problem }
}
