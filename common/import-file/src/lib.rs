//! Reads the files that people import students from, a row at a time and with bounded memory: CSV in
//! any delimiter and encoding, JSON by line or as an array, gzip or not.
//!
//! What a file is called and how it is labelled is a hint at most: its first bytes decide. Numbers of
//! rows are those that a spreadsheet shows.

#![warn(missing_docs)]

mod csv;
mod error;
mod error_file;
mod file_kind;
mod header;
mod import_file;
mod inflate;
mod json;
mod nothing;
mod options;
mod row;
mod text;
mod whole_file;

pub use error::{FileError, ReadError};
pub use error_file::{Failures, JoinError, is_error_file, join, list_head, push_listed_row};
pub use file_kind::FileKind;
pub use header::ColumnNames;
pub use import_file::{Format, ImportFile, Options, Understood, UsedColumn};
pub use options::{parse_delimiter, parse_encoding};
pub use row::{Row, RowProblem};
pub use whole_file::WholeFile;

/// The most bytes of one row, as UTF-8.
pub const ROW_MAX_BYTES: usize = 64 * 1024;
/// The most columns of a file.
pub const COLUMNS_MAX: usize = 1_000;
/// The header is one of so many first rows.
pub const HEADER_WITHIN_ROWS: usize = 10;
/// The most bytes of a JSON array, which has to be read as a whole.
pub const JSON_ARRAY_MAX_BYTES: usize = 8 * 1024 * 1024;
/// So much of a file is looked at before its first row is read, and before its encoding is guessed.
const LOOKAHEAD_BYTES: usize = 64 * 1024;

#[cfg(test)]
mod tests;
