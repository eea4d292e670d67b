use registrar_domain::Field;

use super::{options, read, read_with, refused};
use crate::{FileError, Format};

const ADA: &str = r#"{"first_name":"Ada","last_name":"King","email":"a@example.com"}"#;

#[test]
fn objects_are_read_a_line_each_and_a_bad_one_does_not_block_the_others() {
    let file = format!(
        "{ADA}\r\n\n{{\"first_name\":\n[1]\n{}\n{}\n{}",
        r#"{"firstName":"B\u00f6b","Surname":null,"mail":"b@example.com","age":3,"x":{"y":[1]}}"#,
        r#"{"first_name":7,"last_name":"King","email":"c@example.com"}"#,
        r#"{"first_name":"Di","last_name":"King","email":"d@example.com","E-Mail":"e@example.com"}"#,
    );
    let listed = read(file);
    assert_eq!(
        listed.rows,
        [
            "1|Ada|King|a@example.com",
            "3!not_json",
            "4!not_an_object",
            "5|Böb||b@example.com",
            "6!not_a_string",
            "7!doubled"
        ]
    );
    assert_eq!(listed.understood.format, Format::Ndjson);
    assert_eq!(listed.understood.header_row, None);
}

#[test]
fn an_array_is_read_by_the_places_of_its_objects() {
    let listed = read(format!(" [{ADA},\n 7, {ADA}]\n"));
    assert_eq!(
        listed.rows,
        ["1|Ada|King|a@example.com", "2!not_an_object", "3|Ada|King|a@example.com"]
    );
    assert_eq!(listed.understood.format, Format::JsonArray);
}

#[test]
fn members_have_the_names_that_columns_have() {
    let mut named = options();
    named.column_names.set(Field::Email, "kontakt");
    let file = r#"{"Vorname":"Ada","Nachname":"King","Kontakt":"a@example.com"}"#;
    assert_eq!(read_with(file.as_bytes(), &named).unwrap().rows, ["1|Ada|King|a@example.com"]);
    assert_eq!(
        refused(file).to_string(),
        "No column was found for email. Row 1 has the columns \"Vorname\", \"Nachname\", \"Kontakt\". \
         Rename a column, or say which one it is, such as column.email=NAME."
    );
}

#[test]
fn json_that_is_laid_out_for_people_is_refused_with_what_to_send() {
    let file = "{\n  \"first_name\": \"Ada\",\n  \"last_name\": \"King\",\n  \"email\": \"a@example.com\"\n}\n";
    assert_eq!(refused(file), FileError::JsonNotByLine);
}

#[test]
fn a_malformed_array_is_refused_with_the_place() {
    assert_eq!(
        refused(format!("[{ADA},\n{ADA}")),
        FileError::JsonMalformed { line: 2, column: ADA.len() }
    );
    assert_eq!(refused("[]"), FileError::Empty);
}

#[test]
fn an_array_is_bounded_and_lines_are_not() {
    let many = vec![ADA; 140_000];
    assert_eq!(refused(format!("[{}]", many.join(","))), FileError::JsonArrayTooLarge);
    assert_eq!(read(many.join("\n")).rows.len(), 140_000);
}

#[test]
fn a_line_that_is_too_long_does_not_block_the_others() {
    let long = format!(r#"{{"note":"{}"}}"#, "x".repeat(300_000));
    let rows = read(format!("{ADA}\n{long}\n{ADA}\n")).rows;
    assert_eq!(rows, ["1|Ada|King|a@example.com", "2!row_too_long", "3|Ada|King|a@example.com"]);
}
