//! Rows of JSON: an object a line, or an array of objects.

mod array;
mod lines;
mod object;
mod table;

pub(crate) use self::array::ArrayRows;
pub(crate) use self::lines::LineRows;
pub(crate) use self::table::MemberTable;
