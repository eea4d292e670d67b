use std::io::{self, Read};

use super::ADDED_COLUMNS;
use super::join::JoinError;
use crate::csv::TableRows;

/// A row that did not make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its number in the file.
    pub row: u64,
    /// The columns that are wrong.
    pub column: String,
    /// Stable codes, for programs.
    pub code: String,
    /// What to do.
    pub advice: String,
}

/// The rows that did not make it, from an error file: in the file's order.
pub struct Failures<R: Read> {
    rows: TableRows<R>,
    columns: [usize; ADDED_COLUMNS.len()],
}

impl<R: Read> Failures<R> {
    /// Reads the header.
    pub fn open(source: R) -> Result<Self, JoinError> {
        let mut rows = TableRows::open(source).map_err(JoinError::Failures)?;
        let header = rows.next().map_err(JoinError::Failures)?.unwrap_or_default();
        let columns = positions(&header).ok_or(JoinError::NotAnErrorFile)?;
        Ok(Self { rows, columns })
    }

    /// The next row that did not make it.
    pub fn next_failure(&mut self) -> Result<Option<Failure>, JoinError> {
        let Some(cells) = self.rows.next().map_err(JoinError::Failures)? else { return Ok(None) };
        let [row, column, code, advice] = self.columns.map(|at| {
            let cell = cells.get(at).map(String::as_str).unwrap_or_default();
            cell.strip_prefix('\'').unwrap_or(cell).to_owned()
        });
        let row = row.parse().map_err(|_| JoinError::NotAnErrorFile)?;
        Ok(Some(Failure { row, column, code, advice }))
    }
}

fn positions(header: &[String]) -> Option<[usize; ADDED_COLUMNS.len()]> {
    let found = ADDED_COLUMNS.map(|name| header.iter().position(|cell| cell.trim() == name));
    let found: Option<Vec<usize>> = found.into_iter().collect();
    found?.try_into().ok()
}

/// Whether a file is an error file, and nothing else that has the name of one.
pub fn is_error_file(source: impl Read) -> io::Result<bool> {
    let mut start = Vec::new();
    source.take(crate::LOOKAHEAD_BYTES as u64).read_to_end(&mut start)?;
    // Only the header counts: the end of what is looked at may divide a character, and who corrected the
    // rows may have kept them in another encoding.
    let start = String::from_utf8_lossy(&start);
    let header =
        start.trim_start_matches(super::BYTE_ORDER_MARK).lines().next().unwrap_or_default();
    let cells: Vec<String> =
        header.split([',', ';', '\t', '|']).map(|cell| cell.trim_matches('"').to_owned()).collect();
    Ok(positions(&cells).is_some())
}
