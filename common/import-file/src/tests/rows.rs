use super::read;

const HEADER: &str = "first_name,last_name,email,note\n";

fn rows(below: &str) -> Vec<String> {
    read(format!("{HEADER}{below}")).rows
}

#[test]
fn blank_rows_are_passed_over_and_counted() {
    let below = "\nAda,King,a@example.com,\n,,,\n  , ,\t,\n\n\nBob,King,b@example.com,\n\n";
    assert_eq!(rows(below), ["3|Ada|King|a@example.com", "8|Bob|King|b@example.com"]);
}

#[test]
fn line_ends_may_be_of_any_kind() {
    for end in ["\n", "\r\n", "\r"] {
        let file =
            ["first_name,last_name,email", "", "Ada,King,a@example.com", "Bob,King,b@example.com"]
                .join(end);
        let expected = ["3|Ada|King|a@example.com", "4|Bob|King|b@example.com"];
        assert_eq!(read(&file).rows, expected, "{end:?}");
        assert_eq!(read(file + end).rows, expected, "{end:?}");
    }
}

#[test]
fn short_rows_are_fine_while_they_have_what_is_needed() {
    assert_eq!(
        rows("Ada,King,a@example.com\nBob,King\n"),
        ["2|Ada|King|a@example.com", "3!too_few_cells"]
    );
}

#[test]
fn long_rows_are_fine_while_what_is_too_much_is_blank() {
    let below = "Ada,King,a@example.com,,, \nKing, Jr.,Bob,b@example.com,x,y\n";
    assert_eq!(rows(below), ["2|Ada|King|a@example.com", "3!too_many_cells"]);
}

#[test]
fn students_that_are_to_be_deleted_are_not_registered() {
    let file = "sourcedId,status,givenName,familyName,email\n1,active,Ada,King,a@example.com\n\
                2,tobedeleted,Bob,King,b@example.com\n3,Deleted,Cy,King,c@example.com\n";
    assert_eq!(
        read(file).rows,
        ["2|Ada|King|a@example.com", "3!marked_deleted", "4!marked_deleted"]
    );
}

#[test]
fn values_stay_as_they_were_given() {
    let below = "'t Hooft,=1+1,+49@example.com,\n@x,-,\"=HYPERLINK(\"\"x\"\")\",\n";
    assert_eq!(rows(below), ["2|'t Hooft|=1+1|+49@example.com", "3|@x|-|=HYPERLINK(\"x\")"]);
}

#[test]
fn one_apostrophe_goes_from_the_cells_of_an_error_file() {
    let file = "_row,first_name,last_name,email,_column,_code,_advice\n\
                2,''t Hooft,'=1+1,a@example.com,first_name,x,y\n3,Ada,'s-Gravesande,b@example.com,,,\n";
    assert_eq!(
        read(file).rows,
        ["2|'t Hooft|=1+1|a@example.com", "3|Ada|s-Gravesande|b@example.com"]
    );
}

#[test]
fn a_row_that_is_too_long_does_not_block_the_others() {
    let long = "x".repeat(70_000);
    let below = format!("Ada,King,a@example.com,{long}\nBob,King,b@example.com,\n");
    assert_eq!(rows(&below), ["2!row_too_long", "3|Bob|King|b@example.com"]);
}

#[test]
fn a_row_with_thousands_of_cells_does_not_block_the_others() {
    let below = format!("Ada,King,a@example.com{}\nBob,King,b@example.com,\n", ",x".repeat(5_000));
    assert_eq!(rows(&below), ["2!too_many_cells", "3|Bob|King|b@example.com"]);
}

#[test]
fn a_million_rows_are_counted() {
    let file = HEADER.to_owned() + &"Ada,King,a@example.com,\n".repeat(1_000_000);
    let mut file = crate::ImportFile::open(file.as_bytes(), &super::options()).unwrap();
    let mut last = 0;
    while let Some(row) = file.next_row().unwrap() {
        last = row.number;
    }
    assert_eq!(last, 1_000_001);
}

#[test]
fn what_a_spreadsheet_writes_when_a_formula_fails_is_no_value() {
    let file = "first_name,last_name,email\n#N/A,King,a@example.com\nBob,#BEZUG!,#NAME?\n";
    assert_eq!(read(file).rows, ["2||King|a@example.com", "3|Bob||"]);
}

#[test]
fn what_programs_write_for_nothing_is_no_value() {
    for nothing in [
        "NULL",
        "null",
        "(null)",
        "[NULL]",
        "<null>",
        "nan",
        "NaN",
        "N/A",
        " NULL ",
        "undefined",
        "(blank)",
        "[object Object]",
    ] {
        let below = format!("Ada,{nothing},a@example.com,\n");
        assert_eq!(rows(&below), ["2|Ada||a@example.com"], "{nothing}");
        let json = serde_json::json!({"first": "Ada", "last": nothing, "email": "a@example.com"});
        assert_eq!(read(json.to_string()).rows, ["1|Ada||a@example.com"], "{nothing}");
    }
    // People are called so.
    let below = "Nan,Null,a@example.com,\nNa,NA,b@example.com,\nNil,None,c@example.com,\n";
    let expected =
        ["2|Nan|Null|a@example.com", "3|Na|NA|b@example.com", "4|Nil|None|c@example.com"];
    assert_eq!(rows(below), expected);
}
