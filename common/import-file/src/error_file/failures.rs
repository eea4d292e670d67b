use std::io::{self, Read};

use registrar_domain::{Field, Student};

use super::join::JoinError;
use super::{ADDED_COLUMNS, LISTED_VALUE_MAX_BYTES};
use crate::csv::TableRows;

/// A row that did not make it.
pub(crate) struct Failure {
    /// Its number in the file.
    pub(crate) row: u64,
    /// What was read from it, or registered or rejected of it.
    pub(crate) values: [String; Field::ALL.len()],
    /// The columns that are wrong.
    pub(crate) column: String,
    /// Stable codes, for programs.
    pub(crate) code: String,
    /// What to do.
    pub(crate) advice: String,
}

/// The rows that did not make it, from an error file: in the file's order.
pub struct Failures<R: Read> {
    rows: TableRows<R>,
    added: [usize; ADDED_COLUMNS.len()],
    values: [usize; Field::ALL.len()],
}

impl Failure {
    /// Whether it is about the row that these values were read from. Of a valid row the service keeps
    /// the student.
    pub(crate) fn is_about(&self, values: &[String; Field::ALL.len()]) -> bool {
        let listed = values.each_ref().map(|value| {
            let most = value.floor_char_boundary(LISTED_VALUE_MAX_BYTES);
            value[..most].replace('\0', "\u{fffd}")
        });
        let [first_name, last_name, email] = values;
        self.values == listed
            || Student::parse(first_name, last_name, email).is_ok_and(|student| {
                let names = [student.first_name().as_str(), student.last_name().as_str()];
                self.values == [names[0], names[1], student.email().as_str()]
            })
    }
}

impl<R: Read> Failures<R> {
    /// Reads the header.
    pub fn open(source: R) -> Result<Self, JoinError> {
        let mut rows = TableRows::open(source).map_err(JoinError::Failures)?;
        let header = rows.next().map_err(JoinError::Failures)?.unwrap_or_default();
        let added = positions(&header, ADDED_COLUMNS).ok_or(JoinError::NotAnErrorFile)?;
        let values = positions(&header, Field::ALL.map(Field::name));
        Ok(Self { rows, added, values: values.ok_or(JoinError::NotAnErrorFile)? })
    }

    /// The next row that did not make it.
    pub(crate) fn next_failure(&mut self) -> Result<Option<Failure>, JoinError> {
        let Some(cells) = self.rows.next().map_err(JoinError::Failures)? else { return Ok(None) };
        let cell = |at: usize| {
            let cell = cells.get(at).map(String::as_str).unwrap_or_default();
            cell.strip_prefix('\'').unwrap_or(cell).to_owned()
        };
        let [row, column, code, advice] = self.added.map(cell);
        let row = row.parse().map_err(|_| JoinError::NotAnErrorFile)?;
        Ok(Some(Failure { row, values: self.values.map(cell), column, code, advice }))
    }
}

fn positions<const N: usize>(header: &[String], names: [&str; N]) -> Option<[usize; N]> {
    let found = names.map(|name| header.iter().position(|cell| cell.trim() == name));
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
    Ok(positions(&cells, ADDED_COLUMNS).is_some())
}
