//! What the service lists of a row can be read again, and is joined with that row of the file and with
//! nothing else.

use proptest::prelude::*;
use registrar_domain::{FailedRow, Field, RowError};
use serde_json::Value;

use super::error_files::{joined, joined_with_list, listed, rows_read};
use super::{options, read};
use crate::error_file::LISTED_VALUE_MAX_BYTES;
use crate::{Failures, JoinError, list_head, push_listed_row};

/// The page is held to them as well.
const ROWS: &str = include_str!("../../../../tests/corpus/listed-rows.json");

#[test]
fn a_row_is_joined_with_what_is_listed_of_it_and_another_one_is_refused() {
    let cases: Vec<Value> = serde_json::from_str(ROWS).unwrap();
    assert!(cases.len() > 10);
    for case in cases {
        let about = case["about"].as_str().unwrap();
        let row = case["row"].as_u64().unwrap();
        let values = [0, 1, 2].map(|at| case["listed"][at].as_str().unwrap().to_owned());
        let file = case["text"].as_str().unwrap().as_bytes();
        let joined = joined_with_list(file, &listed(&[(row, values)]), &options());
        if case["is_same"] == true {
            assert_eq!(joined.unwrap().0, 1, "{about}");
        } else {
            let refused = joined.unwrap_err();
            assert!(matches!(refused, JoinError::OtherRow(other) if other == row), "{about}");
        }
    }
}

#[test]
fn a_value_that_is_cut_off_in_the_list_is_the_same() {
    let long = "é".repeat(LISTED_VALUE_MAX_BYTES);
    let file = format!("first_name,last_name,email\nA{long},King,ada\n");
    assert!(joined(file, &[2]).contains(&long));
}

#[test]
fn what_is_no_text_is_the_same() {
    let file = [b"first_name,last_name,email\n", &b"Zo\xc3\xab,M\xffller,a\n"[..]].concat();
    assert!(joined(file, &[2]).contains("M\u{fffd}ller"));
    let file = "{\"first_name\":\"A\\u0000\",\"last_name\":\"Zoë\",\"email\":\"a\"}\n";
    assert!(joined(file, &[1]).contains("A\u{fffd},Zoë"));
    let not_text = [file.as_bytes(), b"{\"first_name\":\"\xff\"}"].concat();
    assert!(joined(not_text, &[2]).contains("\u{fffd}"));
}

#[test]
fn a_row_is_a_line_with_everything_that_is_wrong_with_it() {
    let error = |column, code| RowError::new(column, code, "Do it, now.");
    let errors = vec![error(Some(Field::Email), "invalid_email"), error(None, "too_few_cells")];
    let values = ["'t Hooft", "=1+1", "a \"b\", c"].map(str::to_owned);
    let mut list = list_head();
    push_listed_row(&mut list, &FailedRow { row: 17, values, errors });
    let expected = "\u{feff}_row,first_name,last_name,email,_column,_code,_advice\r\n\
         17,''t Hooft,'=1+1,\"a \"\"b\"\", c\",email,invalid_email too_few_cells,\
         \"Do it, now. Do it, now.\"\r\n";
    assert_eq!(list, expected);
}

#[test]
fn a_row_of_the_longest_values_can_be_read_again_as_those_below_it() {
    let long = ["\"", "\0", "é"].map(|character| character.repeat(65_400));
    let list = listed(&[(2, long), (3, ["Ada", "King", "a"].map(str::to_owned))]);
    let mut failures = Failures::open(list.as_bytes()).unwrap();
    for row in [2, 3] {
        assert_eq!(failures.next_failure().unwrap().unwrap().row, row);
    }
    let again = rows_read(list.as_bytes(), &[2], &options());
    assert_eq!(again[0].1[0], "\"".repeat(LISTED_VALUE_MAX_BYTES));
}

proptest! {
    #[test]
    fn what_was_given_comes_back_when_the_list_is_imported(
        first in "['=+@-]{0,3}[A-Za-z\"', ]{1,9}[a-z]", last in "[a-z]['\"]{0,2}[\n,]?[a-z]", email in "[=']?[a-z@]{2,9}"
    ) {
        let values = [first, last, email];
        let given = format!("2|{}", values.join("|"));
        prop_assert_eq!(read(listed(&[(2, values)])).rows, [given]);
    }
}
