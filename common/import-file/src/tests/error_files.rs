use std::collections::HashMap;
use std::io::Cursor;

use registrar_domain::{FailedRow, Field, RowError};

use super::{options, read};
use crate::{
    COLUMNS_MAX, Failures, ImportFile, JoinError, LOOKAHEAD_BYTES, Options, RowProblem, WholeFile,
    is_error_file, join, list_head, push_listed_row,
};

/// What the service lists of rows with these values.
pub(super) fn listed(rows: &[(u64, [String; 3])]) -> String {
    let mut list = list_head();
    for (row, values) in rows {
        let (row, values) = (u32::try_from(*row).unwrap(), values.clone());
        let error = RowError::new(Some(Field::Email), "invalid_email", "Enter one, please.");
        push_listed_row(&mut list, &FailedRow { row, values, errors: vec![error] });
    }
    list
}

/// These rows as the service has read them.
pub(super) fn rows_read(file: &[u8], rows: &[u64], options: &Options) -> Vec<(u64, [String; 3])> {
    let mut file = ImportFile::open(file, options).unwrap();
    let mut read = HashMap::new();
    while let Some(row) = file.next_row().unwrap() {
        read.insert(row.number, row.into_values());
    }
    rows.iter().map(|row| (*row, read.remove(row).unwrap_or_default())).collect()
}

pub(super) fn joined_with_list(
    file: &[u8],
    list: &str,
    options: &Options,
) -> Result<(u64, String), JoinError> {
    let mut file = WholeFile::open(Cursor::new(file), options)?;
    let mut failures = Failures::open(Cursor::new(list))?;
    let mut error_file = Vec::new();
    let count = join(&mut file, &mut failures, &mut error_file)?;
    Ok((count, String::from_utf8(error_file).unwrap()))
}

pub(super) fn joined_with(
    file: &[u8],
    rows: &[u64],
    options: &Options,
) -> Result<String, JoinError> {
    let list = listed(&rows_read(file, rows, options));
    let (count, error_file) = joined_with_list(file, &list, options)?;
    assert_eq!(count, rows.len() as u64);
    Ok(error_file)
}

pub(super) fn joined(file: impl AsRef<[u8]>, rows: &[u64]) -> String {
    joined_with(file.as_ref(), rows, &options()).unwrap()
}

/// The columns and the cells of some rows.
pub(super) fn whole(
    file: impl AsRef<[u8]>,
    rows: impl Iterator<Item = u64>,
) -> (Vec<String>, Vec<Vec<String>>) {
    let mut file = WholeFile::open(Cursor::new(file), &options()).unwrap();
    let cells = rows.map(|row| file.whole_row(row).unwrap().unwrap().cells).collect();
    (file.columns().to_vec(), cells)
}

/// Without the numbers, which are those of each file.
pub(super) fn values(rows: &[String]) -> Vec<&str> {
    rows.iter().map(|row| row.trim_start_matches(|c: char| c.is_ascii_digit())).collect()
}

#[test]
fn rows_that_failed_have_all_of_their_columns_and_what_is_wrong_in_front() {
    let file = "Liste 2026\r\n\r\nVorname;Nachname;Kennwort;E-Mail\r\nAda;King;geheim;a@example.com\r\n\
                't Hooft;=1+1;\"a;\"\"b\"\"\";b\r\n\r\nCy;King;;c\r\n";
    let expected = "\u{feff}_row;_column;_code;_advice;Vorname;Nachname;Kennwort;E-Mail\r\n\
        5;email;invalid_email;Enter one, please.;''t Hooft;'=1+1;\"a;\"\"b\"\"\";b\r\n\
        7;email;invalid_email;Enter one, please.;Cy;King;;c\r\n";
    assert_eq!(joined(file, &[5, 7]), expected);
}

#[test]
fn a_broken_row_is_there_with_all_of_its_text() {
    let file = "first_name,last_name,email\n\"Dwayne \"The Rock\" J\",Johnson,d@example.com\n\
                Ada,King,a@example.com,x,y\nBob,\"King,b@example.com\n";
    let error_file = joined(file, &[2, 3, 4]);
    let rows: Vec<_> = error_file.lines().skip(1).collect();
    assert!(
        rows[0].ends_with(",\"\"\"Dwayne \"\"The Rock\"\" J\"\"\",Johnson,d@example.com"),
        "{rows:?}"
    );
    assert!(rows[1].ends_with(",Ada,King,a@example.com,x,y"), "{rows:?}");
    assert!(rows[2].ends_with(",Bob,\"\"\"King,b@example.com\""), "{rows:?}");
    assert_eq!(values(&read(&error_file).rows)[1..], ["!too_many_cells", "!too_few_cells"]);
    let broken = error_file.replace(",invalid_email,", ",text_after_quote,");
    assert_eq!(values(&read(&broken).rows)[0], "!text_after_quote");
    let corrected = broken.replace("\"\"\"Dwayne", "\"Dwayne");
    assert_eq!(values(&read(&corrected).rows)[0], "|Dwayne \"The Rock\" J\"|Johnson|d@example.com");
}

#[test]
fn bytes_that_are_no_text_are_an_error_until_they_are_corrected() {
    let error_file = joined(
        b"first_name,last_name,email\n\xc3\xa9,King,a@example.com\nM\xffller,King,b@example.com\n",
        &[3],
    );
    assert!(error_file.contains(",M\u{fffd}ller,King,"), "{error_file}");
    assert_eq!(values(&read(error_file).rows), ["!not_text"]);
}

#[test]
fn blanks_beyond_the_last_column_stay_blank() {
    let error_file = joined("first_name,last_name,email\nAda,King,a,\t,\"\r\"\n", &[2]);
    assert!(error_file.ends_with(",a,\"'\t\",\"'\r\"\r\n"), "{error_file:?}");
    assert_eq!(read(error_file).rows, ["2|Ada|King|a"]);
}

#[test]
fn the_error_file_of_a_file_with_as_many_columns_as_it_may_have_can_be_imported() {
    let columns = COLUMNS_MAX - 3;
    let (names, cells) = (",x".repeat(columns), ",y".repeat(columns));
    let file = format!("first_name,last_name,email{names}\nAda,King,a{cells}\n");
    let error_file = joined(&file, &[2]);
    assert_eq!(read(&error_file).rows, ["2|Ada|King|a"]);
    assert_eq!(whole(&error_file, [2].into_iter()), whole(&file, [2].into_iter()));
}

#[test]
fn an_error_file_that_fails_again_has_the_columns_it_had_before() {
    let first = joined("a,first_name,last_name,email\n'x,'t Hooft,=1,b\n", &[2]);
    let second = joined(&first, &[2]);
    assert_eq!(first, second);
}

#[test]
fn objects_have_a_column_for_each_name_and_one_for_the_names_of_one_field() {
    let file = "{\"first_name\":\"Ada\",\"last_name\":\"King\",\"email\":\"a\",\"age\":3}\n{\"x\":\n\
                {\"first_name\":\"Bob\",\"last_name\":\"'t H\",\"mail\":\"b\",\"E-Mail\":\"c\",\"tags\":[1,\"=2\"]}\n";
    let error_file = joined(file, &[1, 2, 3]);
    let rows: Vec<_> = error_file.lines().collect();
    assert!(rows[0].ends_with(",first_name,last_name,email,age,tags"), "{rows:?}");
    assert!(rows[1].ends_with(",Ada,King,a,3,"), "{rows:?}");
    assert!(rows[2].ends_with(",,,,,,\"{\"\"x\"\":\""), "{rows:?}");
    assert!(rows[3].ends_with(",Bob,'\'t H,b,,\"[1,\"\"=2\"\"]\",E-Mail: c"), "{rows:?}");
    let array = format!("[{}]", file.lines().nth(2).unwrap());
    assert!(joined(array, &[1]).ends_with(",Bob,'\'t H,b,\"[1,\"\"=2\"\"]\",E-Mail: c\r\n"));
}

#[test]
fn another_file_than_the_one_that_was_imported_is_refused() {
    let file = b"first_name,last_name,email\n\nAda,King,a\n";
    for row in [2, 9] {
        let refused = joined_with(file, &[row], &options()).unwrap_err();
        assert!(matches!(refused, JoinError::NoSuchRow(missing) if missing == row), "{refused}");
    }
    let other = Failures::open(Cursor::new("first_name,last_name,email\n"));
    assert!(matches!(other.err(), Some(JoinError::NotAnErrorFile)));
}

#[test]
fn a_text_in_a_formula_is_the_text_in_the_error_file_too() {
    let file = "first_name,last_name,email\n=\"Ada\",King,a\n";
    assert_eq!(values(&read(joined(file, &[2])).rows), ["|Ada|King|a"]);
}

#[test]
fn an_error_file_is_known_by_its_header() {
    for delimiter in [",", ";", "\t", "|"] {
        let file = "first_name,last_name,email\nAda,King,a\n".replace(',', delimiter);
        assert!(is_error_file(joined(&file, &[2]).as_bytes()).unwrap());
        assert!(!is_error_file(file.as_bytes()).unwrap());
    }
    assert!(is_error_file(listed(&[]).as_bytes()).unwrap());
    // What is looked at ends within a character; corrected by a program that knows no UTF-8.
    let header = listed(&[]);
    let long = format!("{header}{}é", "x".repeat(LOOKAHEAD_BYTES - 1 - header.len()));
    assert!(is_error_file(long.as_bytes()).unwrap());
    assert!(is_error_file(&[header.as_bytes(), b"M\xfcller\r\n"].concat()[..]).unwrap());
    assert!(!is_error_file(&b"\xff\xd8\xff_row,_column,_code"[..]).unwrap());
    assert!(!is_error_file(&b""[..]).unwrap());
}

/// The service's error file has neither a status nor a role.
#[test]
fn who_was_named_as_no_student_to_register_stays_so_without_the_column_that_said_it() {
    let rows = "2,Bob,Ng,b@example.com,,marked_deleted,\n3,Cy,Ng,c@example.com,,no_student,\n\
        4,Di,Ng,d@example.com,,,\n";
    let file = format!("_row,first_name,last_name,email,_column,_code,_advice\n{rows}");
    let named = ["2!marked_deleted", "3!no_student", "4|Di|Ng|d@example.com"];
    assert_eq!(read(file).rows, named);
    let corrected = "_row,first_name,last_name,email,status,_column,_code,_advice\n\
        2,Bob,Ng,b@example.com,active,,marked_deleted,\n";
    assert_eq!(read(corrected).rows, ["2|Bob|Ng|b@example.com"]);
}

#[test]
fn who_is_no_student_is_registered_as_the_advice_says_from_every_file() {
    let advice = RowError::from(RowProblem::NoStudent).advice;
    let said = "remove the column role and the row's _code, where the file has them.";
    assert!(advice.ends_with(said), "{advice}");
    let file = "sourcedId,role,first_name,last_name,email\nx,parent,Cy,Ng,c@example.com\n";
    let error_file = joined(file, &[2]).replace(",invalid_email,", ",no_student,");
    let without_role = |file: &str| file.replace(",role,", ",").replace(",parent,", ",");
    let without_code = |file: &str| file.replace(",no_student,", ",,");
    let list = listed(&rows_read(file.as_bytes(), &[2], &options()))
        .replace(",invalid_email,", ",no_student,");
    for named in [
        file.to_owned(),
        error_file.clone(),
        without_role(&error_file),
        without_code(&error_file),
        list.clone(),
    ] {
        assert_eq!(values(&read(&named).rows), ["!no_student"], "{named}");
    }
    for corrected in
        [without_role(file), without_code(&without_role(&error_file)), without_code(&list)]
    {
        assert_eq!(values(&read(&corrected).rows), ["|Cy|Ng|c@example.com"], "{corrected}");
    }
}
