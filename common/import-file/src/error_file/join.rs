use std::io::{self, Read, Write};

use thiserror::Error;

use super::{ADDED_COLUMNS, BYTE_ORDER_MARK, Failure, Failures, push_row};
use crate::error::ReadError;
use crate::whole_file::WholeFile;

/// Why no error file can be made.
#[derive(Debug, Error)]
pub enum JoinError {
    /// The file that was imported cannot be read.
    #[error(transparent)]
    Original(#[from] ReadError),
    /// The list of rows cannot be read.
    #[error("The rows that did not make it could not be read to their end: {0}")]
    Failures(ReadError),
    /// The list of rows is another kind of file.
    #[error("The rows that did not make it are not listed as an error file lists them.")]
    NotAnErrorFile,
    /// The file that was imported was another one.
    #[error(
        "Row {0} did not make it, and the file has no such row. It is not the file that was imported."
    )]
    NoSuchRow(u64),
    /// The file that was imported had another row there.
    #[error(
        "Row {0} of the file is not the row that did not make it. Name the file as it was imported, with \
         the same options."
    )]
    OtherRow(u64),
    /// The error file cannot be written.
    #[error("The error file could not be written: {0}.")]
    Output(io::Error),
}

/// Writes an error file: the rows that did not make it with all columns of their file, behind what is
/// wrong with each. Returns how many there are. A row that is another one than the list has is refused:
/// of an upload that broke off there is no hash to compare the file by.
///
/// Values beyond the last column stay beyond it, so that they are still an error until they are moved.
pub fn join<R: Read, F: Read>(
    file: &mut WholeFile<R>,
    failures: &mut Failures<F>,
    into: &mut impl Write,
) -> Result<u64, JoinError> {
    let delimiter = file.delimiter();
    let added = ADDED_COLUMNS.iter().copied();
    let mut head = BYTE_ORDER_MARK.to_owned();
    push_row(&mut head, added.chain(file.columns().iter().map(String::as_str)), delimiter);
    into.write_all(head.as_bytes()).map_err(JoinError::Output)?;
    let mut rows = 0;
    while let Some(failure) = failures.next_failure()? {
        let row = file.whole_row(failure.row)?.ok_or(JoinError::NoSuchRow(failure.row))?;
        if !failure.is_about(&row.values) {
            return Err(JoinError::OtherRow(failure.row));
        }
        let row = failed_row(&failure, &row.cells, delimiter);
        into.write_all(row.as_bytes()).map_err(JoinError::Output)?;
        rows += 1;
    }
    Ok(rows)
}

pub(crate) fn failed_row(failure: &Failure, cells: &[String], delimiter: char) -> String {
    let number = failure.row.to_string();
    let added = [&*number, &*failure.column, &*failure.code, &*failure.advice];
    let mut row = String::new();
    push_row(&mut row, added.into_iter().chain(cells.iter().map(String::as_str)), delimiter);
    row
}
