use registrar_domain::{FailedRow, Field};

use super::{ADDED_COLUMNS, BYTE_ORDER_MARK, LISTED_VALUE_MAX_BYTES, push_cell};

/// The beginning of a list of the rows that did not make it, with its header.
pub fn list_head() -> String {
    let [row, column, code, advice] = ADDED_COLUMNS;
    let [first_name, last_name, email] = Field::ALL.map(Field::name);
    format!("{BYTE_ORDER_MARK}{row},{first_name},{last_name},{email},{column},{code},{advice}\r\n")
}

/// Adds a row. What is wrong with it stands in one line with it, so that each row is there once. Values
/// that are much too long to be valid are cut off.
pub fn push_listed_row(list: &mut String, row: &FailedRow) {
    list.push_str(&row.row.to_string());
    for value in &row.values {
        push_next(list, &value[..value.floor_char_boundary(LISTED_VALUE_MAX_BYTES)]);
    }
    let columns = row.errors.iter().map(|error| error.column.as_deref().unwrap_or_default());
    let codes = row.errors.iter().map(|error| &*error.code);
    let advice = row.errors.iter().map(|error| &*error.advice);
    push_next(list, columns.collect::<Vec<_>>().join(" ").trim());
    push_next(list, &codes.collect::<Vec<_>>().join(" "));
    push_next(list, &advice.collect::<Vec<_>>().join(" "));
    list.push_str("\r\n");
}

fn push_next(list: &mut String, value: &str) {
    list.push(',');
    push_cell(list, value, ',');
}
