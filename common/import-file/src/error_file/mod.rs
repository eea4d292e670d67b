//! The rows that did not make it, with all columns of the file that they are from, as a file that a
//! spreadsheet opens and that can be imported again.

mod csv_row;
mod failures;
pub(crate) mod join;
mod listing;

pub(crate) use self::csv_row::push_row;
pub(crate) use self::failures::Failure;
pub use self::failures::{Failures, is_error_file};
pub use self::join::{JoinError, join};
pub use self::listing::{list_head, push_listed_row};

/// The most bytes that a list of rows has of a value: more than any valid one has. Three of these,
/// protected, fit into a row that can be read again.
pub(crate) const LISTED_VALUE_MAX_BYTES: usize = 4 * 1024;
/// What says of a file that it is an error file.
pub(crate) const ROW_COLUMN: &str = "_row";
/// What was wrong with a row, for programs.
pub(crate) const CODE_COLUMN: &str = "_code";
/// The columns that an error file has more than the file it is made for: where a row was, the column
/// that is wrong, the code and what to do.
pub(crate) const ADDED_COLUMNS: [&str; 4] = [ROW_COLUMN, "_column", CODE_COLUMN, "_advice"];
/// Excel takes a file for UTF-8 by this mark alone.
pub(crate) const BYTE_ORDER_MARK: &str = "\u{feff}";
