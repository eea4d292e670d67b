use registrar_domain::{FailedRow, Field};

use super::{ADDED_COLUMNS, BYTE_ORDER_MARK, LISTED_VALUE_MAX_BYTES, push_row};

/// The beginning of a list of the rows that did not make it, with its header.
pub fn list_head() -> String {
    let [row, column, code, advice] = ADDED_COLUMNS;
    let [first_name, last_name, email] = Field::ALL.map(Field::name);
    let mut head = BYTE_ORDER_MARK.to_owned();
    push_row(&mut head, [row, first_name, last_name, email, column, code, advice], ',');
    head
}

/// Adds a row. What is wrong with it stands in one line with it, so that each row is there once. Values
/// that are much too long to be valid are cut off.
pub fn push_listed_row(list: &mut String, row: &FailedRow) {
    let number = row.row.to_string();
    let [first_name, last_name, email] = row
        .values
        .each_ref()
        .map(|value| &value[..value.floor_char_boundary(LISTED_VALUE_MAX_BYTES)]);
    let columns: Vec<_> =
        row.errors.iter().map(|error| error.column.as_deref().unwrap_or_default()).collect();
    let codes: Vec<_> = row.errors.iter().map(|error| &*error.code).collect();
    let advice: Vec<_> = row.errors.iter().map(|error| &*error.advice).collect();
    let (columns, codes, advice) = (columns.join(" "), codes.join(" "), advice.join(" "));
    let cells = [&*number, first_name, last_name, email, columns.trim(), &*codes, &*advice];
    push_row(list, cells, ',');
}
