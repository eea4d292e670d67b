//! A row of a file is joined with what the service lists of it, and with nothing else.

use serde_json::Value;

use super::error_files::{joined, joined_with_list, listed};
use super::options;
use crate::{JoinError, LISTED_VALUE_MAX_BYTES};

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
