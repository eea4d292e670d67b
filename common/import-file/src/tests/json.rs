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
        "No member was found for email. The objects have the members \"Vorname\", \"Nachname\", \"Kontakt\". \
         Rename a member, or say which one it is, such as column.email=NAME."
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
    let lists = "[\"first_name\",\"last_name\",\"email\"]\n[\"Ada\",\"King\",\"a@example.com\"]\n";
    let error = refused(lists).to_string();
    assert!(
        error.ends_with("column 1. Send one array of objects, or one object a line."),
        "{error}"
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

#[test]
fn objects_with_a_comma_or_a_mark_beside_them_are_read() {
    let file = format!("\u{feff}{ADA},\r\n\r\n\u{feff}{ADA} ,\n{ADA}\n");
    let row = |number: u8| format!("{number}|Ada|King|a@example.com");
    assert_eq!(read(file).rows, [row(1), row(3), row(4)]);
    assert_eq!(read(format!("\u{feff}\u{feff}[{ADA}]")).rows, [row(1)]);
}

#[test]
fn students_that_are_to_be_deleted_are_not_registered() {
    let deleted = ADA.replace('{', r#"{"status":"tobedeleted","#);
    let active = ADA.replace('{', r#"{"Status":"active","#);
    let rows = ["1!marked_deleted", "2|Ada|King|a@example.com"];
    assert_eq!(read(format!("{deleted}\n{active}\n")).rows, rows);
    assert_eq!(read(format!("[{deleted},{active}]")).rows, rows);
}

#[test]
fn json_of_another_shape_is_refused_with_what_to_send() {
    for file in [
        format!(r#"{{"students":[{ADA}]}}"#),
        format!("{{\"students\":[\n{ADA},\n{ADA}]}}"),
        r#"[["Ada","King","a@example.com"],["Bob","King","b@example.com"]]"#.to_owned(),
        "[1,2]".to_owned(),
        format!(r#"{{"data":{{"students":[{ADA}]}}}}"#),
        format!(r#"{{"1":{ADA},"2":{ADA}}}"#),
    ] {
        let error = refused(&file);
        assert!(error.to_string().contains("one array"), "{file}: {error}");
    }
}

#[test]
fn members_of_other_names_are_named_also_beside_an_object() {
    let file = r#"{"vn":"Ada","nn":"King","kontakt":"a@example.com","address":{"city":"B"}}"#;
    let found = ["vn", "nn", "kontakt", "address"].map(str::to_owned).to_vec();
    let missing = Field::ALL.to_vec();
    assert_eq!(refused(file), FileError::ColumnsMissing { missing, found, row: None });
}

#[test]
fn an_object_of_an_array_that_is_too_long_does_not_block_the_others() {
    let long = ADA.replace("a@example.com", &"x".repeat(65 * 1024));
    let rows = read(format!("[{ADA},{long},\n {ADA} ]")).rows;
    assert_eq!(rows, ["1|Ada|King|a@example.com", "2!row_too_long", "3|Ada|King|a@example.com"]);
}

#[test]
fn the_names_of_members_are_shown_as_short_as_those_of_columns() {
    let name = "n".repeat(60 * 1024);
    let file = format!("{ADA}\n{}\n", ADA.replacen('{', &format!("{{\"{name}\":1,"), 1));
    let listed = read(file);
    assert_eq!(listed.rows, ["1|Ada|King|a@example.com", "2|Ada|King|a@example.com"]);
    let [ignored] = &listed.understood.ignored[..] else { panic!("{:?}", listed.understood) };
    assert_eq!(ignored.chars().count(), 61);
}

/// As Microsoft Graph answers it: who has a mailbox has its address in `mail`.
#[test]
fn a_sign_in_name_gives_way_to_an_address() {
    let user = |mail: &str, first: &str| {
        let names = r#""givenName":"Ada","surname":"King""#;
        let sign_in = r#""userPrincipalName":"ada@x.onmicrosoft.com""#;
        match first {
            "mail" => format!("{{{mail},{names},{sign_in}}}"),
            _ => format!("{{{sign_in},{names},{mail}}}"),
        }
    };
    for first in ["mail", "sign-in name"] {
        let file = [
            user(r#""mail":"ada@example.com""#, first),
            user(r#""mail":null"#, first),
            user(r#""id":7"#, first),
            user(r#""mail":"a@example.com","E-Mail":"b@example.com""#, first),
        ];
        let rows = [
            "1|Ada|King|ada@example.com",
            "2|Ada|King|",
            "3|Ada|King|ada@x.onmicrosoft.com",
            "4!doubled",
        ];
        assert_eq!(read(file.join("\n")).rows, rows);
        assert_eq!(read(format!("[{}]", file.join(","))).rows, rows);
        let error_file = super::error_files::joined(file[..2].join("\n"), &[1, 2]);
        assert_eq!(read(&error_file).rows, ["2|Ada|King|ada@example.com", "3|Ada|King|"]);
    }
}
