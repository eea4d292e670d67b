//! Rows that failed, as an error file, are what they were, whatever kind of file they are from.

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;
use proptest::string::string_regex;
use serde_json::json;

use super::encodings::utf_16;
use super::error_files::{joined, joined_with, values, whole};
use super::{MAY_SHOW_DAMAGE, encoded, options, read, read_with};
use crate::Options;
use crate::error_file::join::failed_row;
use crate::error_file::{Failure, push_row};

fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

fn csv(rows: &[Vec<String>], delimiter: char) -> String {
    let row = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().map(|cell| quoted(cell)).collect();
        cells.join(&delimiter.to_string()) + "\n"
    };
    rows.iter().map(row).collect()
}

/// A table as people have it: the three columns anywhere among others, rows of any length.
fn table() -> impl Strategy<Value = (Vec<Vec<String>>, [usize; 3])> {
    let name = "([=+@'-]?q[a-z ,;|\"\n]{0,5})?";
    let cell = "['=+@\t-]{0,2}[a-zé ,;|\"\n\r']{0,6}";
    let others = prop::collection::vec(name, 0..5);
    let places = prop::array::uniform3(any::<prop::sample::Index>());
    let rows = prop::collection::vec(prop::collection::vec(cell, 1..9), 1..12);
    (others, places, rows).prop_map(|(mut header, places, mut rows)| {
        for (name, place) in ["first_name", "last_name", "email"].into_iter().zip(places) {
            header.insert(place.index(header.len() + 1), name.to_owned());
        }
        let at = ["first_name", "last_name", "email"]
            .map(|name| header.iter().position(|cell| cell == name).unwrap());
        rows.insert(0, header);
        (rows, at)
    })
}

/// The columns and the cells of some rows.
type Whole = (Vec<String>, Vec<Vec<String>>);

/// The name of a member of an object, and its text or null.
type Member = (&'static str, Option<String>);

/// Any of the three columns and of some others, in any order.
fn object() -> impl Strategy<Value = Vec<Member>> {
    let names = vec!["first_name", "last_name", "email", "=q", "q,1", "'q"];
    let members = prop::sample::subsequence(names, 0..=6).prop_shuffle();
    // No formula of a text, which is nothing special in JSON.
    let text = "(['=+@\t-]{0,2}[a-zé ,;|\n\r'][a-zé ,;|\"\n\r']{0,5})?";
    let texts = prop::array::uniform6(prop::option::of(text));
    (members, texts).prop_map(|(names, texts)| names.into_iter().zip(texts).collect())
}

fn as_json(object: &[Member]) -> String {
    let members = object.iter().map(|(name, text)| format!("{}:{}", json!(name), json!(text)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn numbers(rows: &[String]) -> Vec<u64> {
    rows.iter().map(|row| row.split(['|', '!']).next().unwrap().parse().unwrap()).collect()
}

fn failing(rows: &[String], fails: &[bool]) -> Vec<String> {
    rows.iter().zip(fails).filter(|(_, fails)| **fails).map(|(row, _)| row.clone()).collect()
}

/// The error file of rows that fail, and what they have in all columns: the same in it, and in the error
/// file of that one.
fn round_trip(file: &str, fails: &[bool]) -> Result<(String, Whole), TestCaseError> {
    let failed = failing(&read(file).rows, fails);
    let before = whole(file, numbers(&failed).into_iter());
    let first = joined(file, &numbers(&failed));
    let mut error_file = first.clone();
    for _ in 0..2 {
        let rows = read(&error_file).rows;
        prop_assert_eq!(values(&rows), values(&failed));
        prop_assert_eq!(&whole(&error_file, numbers(&rows).into_iter()), &before);
        error_file = joined(&error_file, &numbers(&rows));
    }
    Ok((first, before))
}

proptest! {
    // Each opens many files.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_that_failed_and_were_corrected_are_what_they_were_before_but_for_what_was_corrected(
        (table, columns) in table(),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        fails in prop::collection::vec(any::<bool>(), 12),
        correct in prop::array::uniform3("[A-Za-z][a-z =,';'\"\n]{0,6}"),
    ) {
        let (error_file, (names, cells)) = round_trip(&csv(&table, delimiter), &fails)?;

        let mut corrected = error_file.split_inclusive("\r\n").next().unwrap().to_owned();
        prop_assume!(!names.iter().any(|name| name.contains("\r\n")));
        let [column, code, advice] = Default::default();
        let failure = Failure { row: 2, values: Default::default(), column, code, advice };
        let mut expected = Vec::new();
        for cells in &cells {
            let mut cells = cells.clone();
            cells.resize(cells.len().max(names.len()), String::new());
            cells.truncate(names.len());
            for (column, value) in columns.into_iter().zip(&correct) {
                cells[column].clone_from(value);
            }
            corrected += &failed_row(&failure, &cells, delimiter);
            expected.push(cells);
        }
        let [first_name, last_name, email] = &correct;
        let rows = read_with(corrected.as_bytes(), &options()).unwrap().rows;
        prop_assert_eq!(rows.len(), cells.len());
        for row in values(&rows) {
            prop_assert_eq!(row, format!("|{first_name}|{last_name}|{email}"));
        }
        let (names_corrected, cells_corrected) = whole(&corrected, numbers(&rows).into_iter());
        prop_assert_eq!(names_corrected, names);
        prop_assert_eq!(cells_corrected, expected);
    }

    #[test]
    fn objects_that_failed_have_the_members_of_all_as_columns(
        objects in prop::collection::vec(object(), 1..9),
        is_array: bool,
        fails in prop::collection::vec(any::<bool>(), 9),
    ) {
        let complete = ["email", "first_name", "last_name"].map(|name| (name, Some("Ada".to_owned())));
        let objects = [objects, vec![complete.to_vec()]].concat();
        let texts: Vec<_> = objects.iter().map(|object| as_json(object)).collect();
        let file = if is_array { format!("[{}]", texts.join(",\n")) } else { texts.join("\n") };
        let (_, (names, cells)) = round_trip(&file, &fails)?;

        let mut expected: Vec<&str> = Vec::new();
        for (name, _) in objects.iter().flatten() {
            if !expected.contains(name) {
                expected.push(name);
            }
        }
        prop_assert_eq!(&names, &expected);
        let cell = |object: &[Member], name: &str| {
            let member = object.iter().find(|member| member.0 == name);
            member.and_then(|member| member.1.clone()).unwrap_or_default()
        };
        let row = |object: &Vec<Member>| -> Vec<_> {
            expected.iter().map(|name| cell(object, name)).collect()
        };
        let failed = objects.iter().zip(&fails).filter(|(_, fails)| **fails);
        prop_assert_eq!(cells, failed.map(|(object, _)| row(object)).collect::<Vec<_>>());
    }

    #[test]
    fn the_error_file_is_the_same_whatever_the_encoding(
        (table, _) in table(),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        fails in prop::collection::vec(any::<bool>(), 12),
    ) {
        let file = csv(&table, delimiter);
        let rows = numbers(&failing(&read(&file).rows, &fails));
        let expected = joined(&file, &rows);
        let marked = format!("\u{feff}{file}");
        for bytes in [utf_16(&marked, u16::to_le_bytes), utf_16(&marked, u16::to_be_bytes)] {
            prop_assert_eq!(&joined(bytes, &rows), &expected);
        }
        let western = Options { encoding: Some(WINDOWS_1252), ..options() };
        let bytes = encoded(&file, WINDOWS_1252);
        prop_assert_eq!(&joined_with(&bytes, &rows, &western).unwrap(), &expected);
    }

    #[test]
    fn a_cell_is_read_as_it_was_whatever_it_is(
        value in string_regex(&format!("([^{MAY_SHOW_DAMAGE}]{{0,8}}x)?")).unwrap(),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
    ) {
        let mut file = "first_name,last_name,email\n".replace(',', &delimiter.to_string());
        push_row(&mut file, [&*value, "King", "a"], delimiter);
        let protected = value.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
        let expected = if protected { format!("'{value}") } else { value };
        prop_assert_eq!(read(file).rows, [format!("2|{expected}|King|a")]);
    }
}
