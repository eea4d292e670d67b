//! The rows that did not make it, as CSV that a spreadsheet opens and that can be imported again.

use registrar_domain::{FailedRow, Field};
use registrar_import_file::{LISTED_VALUE_MAX_BYTES, push_cell};

/// Excel takes a file for UTF-8 by this mark alone.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The beginning of the file, with its header.
pub fn head() -> String {
    let [first_name, last_name, email] = Field::ALL.map(Field::name);
    format!("{BYTE_ORDER_MARK}_row,{first_name},{last_name},{email},_column,_code,_advice\r\n")
}

/// Adds a row. What is wrong with it stands in one line with it, so that each row is there once. Values
/// that are much too long to be valid are cut off.
pub fn push_row(file: &mut String, row: &FailedRow) {
    file.push_str(&row.row.to_string());
    for value in &row.values {
        push_next(file, &value[..value.floor_char_boundary(LISTED_VALUE_MAX_BYTES)]);
    }
    let columns = row.errors.iter().map(|error| error.column.as_deref().unwrap_or_default());
    let codes = row.errors.iter().map(|error| &*error.code);
    let advice = row.errors.iter().map(|error| &*error.advice);
    push_next(file, columns.collect::<Vec<_>>().join(" ").trim());
    push_next(file, &codes.collect::<Vec<_>>().join(" "));
    push_next(file, &advice.collect::<Vec<_>>().join(" "));
    file.push_str("\r\n");
}

fn push_next(file: &mut String, value: &str) {
    file.push(',');
    push_cell(file, value, ',');
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;
    use registrar_domain::RowError;
    use registrar_import_file::{ColumnNames, Failures, ImportFile, Options};

    use super::*;

    fn failed(row: u32, values: [&str; 3]) -> FailedRow {
        let error = |column, code| RowError::new(column, code, "Do it, now.");
        let errors = vec![error(Some(Field::Email), "invalid_email"), error(None, "too_few_cells")];
        FailedRow { row, values: values.map(str::to_owned), errors }
    }

    /// The three values of each row, as the file is read when it is imported.
    fn read_again(file: &str) -> Vec<[String; 3]> {
        let column_names = ColumnNames::default();
        let options =
            Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX };
        let mut file = ImportFile::open(file.as_bytes(), &options).unwrap();
        let mut rows = Vec::new();
        while let Some(row) = file.next_row().unwrap() {
            rows.push([row.first_name, row.last_name, row.email].map(Cow::into_owned));
        }
        rows
    }

    #[test]
    fn a_row_is_a_line_with_everything_that_is_wrong_with_it() {
        let mut file = head();
        push_row(&mut file, &failed(17, ["'t Hooft", "=1+1", "a \"b\", c"]));
        let expected = "\u{feff}_row,first_name,last_name,email,_column,_code,_advice\r\n\
             17,''t Hooft,'=1+1,\"a \"\"b\"\", c\",email,invalid_email too_few_cells,\
             \"Do it, now. Do it, now.\"\r\n";
        assert_eq!(file, expected);
    }

    #[test]
    fn a_row_of_the_longest_values_can_be_read_again_as_those_below_it() {
        let long = ["\"", "\0", "é"].map(|character| character.repeat(65_400));
        let mut file = head();
        push_row(&mut file, &failed(2, long.each_ref().map(String::as_str)));
        push_row(&mut file, &failed(3, ["Ada", "King", "a"]));
        let mut failures = Failures::open(file.as_bytes()).unwrap();
        let mut rows = Vec::new();
        while let Some(failure) = failures.next_failure().unwrap() {
            rows.push(failure.row);
        }
        assert_eq!(rows, [2, 3]);
        assert_eq!(read_again(&file)[0][0], "\"".repeat(LISTED_VALUE_MAX_BYTES));
    }

    proptest! {
        #[test]
        fn what_was_given_comes_back_when_the_file_is_imported_again(
            first in "['=+@-]{0,3}[A-Za-z\"', ]{1,9}[a-z]", last in "[a-z]['\"]{0,2}[\n,]?[a-z]", email in "[=']?[a-z@]{2,9}"
        ) {
            let mut file = head();
            push_row(&mut file, &failed(2, [&first, &last, &email]));
            prop_assert_eq!(read_again(&file), [[first, last, email]]);
        }
    }
}
