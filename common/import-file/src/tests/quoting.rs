use super::read;

fn rows(below: &str) -> Vec<String> {
    read(format!("first_name,last_name,email\n{below}")).rows
}

#[test]
fn quoted_line_breaks_and_delimiters_are_values_and_do_not_shift_numbers() {
    let below = "\"Ada\r\nAugusta\",\"King, Countess\",a@example.com\n\"Say \"\"B\"\"\",King,b@example.com\n";
    let expected =
        ["2|Ada\r\nAugusta|King, Countess|a@example.com", "3|Say \"B\"|King|b@example.com"];
    assert_eq!(rows(below), expected);
}

#[test]
fn an_unclosed_quote_is_an_error_of_the_row_where_it_begins() {
    let below = "Ada,King,a@example.com\n\"Bob,King,b@example.com\nCy,King,c@example.com\nDi,King,d@example.com\n";
    let expected = [
        "2|Ada|King|a@example.com",
        "3!unclosed_quote",
        "4|Cy|King|c@example.com",
        "5|Di|King|d@example.com",
    ];
    assert_eq!(rows(below), expected);
}

#[test]
fn an_unclosed_quote_in_a_large_file_costs_its_row_alone() {
    let others = "Cy,King,c@example.com\n".repeat(20_000);
    let found = rows(&format!("\"Bob,King,b@example.com\n{others}"));
    assert_eq!(found[0], "2!unclosed_quote");
    assert_eq!(found.len(), 20_001);
    assert_eq!(found.last().unwrap(), "20002|Cy|King|c@example.com");
}

#[test]
fn a_quote_that_swallows_rows_until_the_next_one_gives_them_all_back() {
    let below = "\"Ada,King,a@example.com\nBob,King,b@example.com\n\"Cy\",King,c@example.com\n";
    assert_eq!(
        rows(below),
        ["2!text_after_quote", "3|Bob|King|b@example.com", "4|Cy|King|c@example.com"]
    );
}

#[test]
fn text_after_a_closing_quote_is_an_error_rather_than_another_name() {
    let below = "\"Dwayne \"The Rock\" J\",Johnson,d@example.com\nAda,King,a@example.com\n";
    assert_eq!(rows(below), ["2!text_after_quote", "3|Ada|King|a@example.com"]);
}

#[test]
fn quotes_inside_an_unquoted_value_belong_to_it() {
    assert_eq!(rows("Ada,5\" King,a@example.com\n"), ["2|Ada|5\" King|a@example.com"]);
}

/// Each line opens a quotation mark that is closed 64 KiB later at the earliest, so that each is read
/// a thousand times unless there is a bound.
#[test]
fn a_file_that_is_made_to_be_read_again_and_again_is_read_to_its_end() {
    let line = format!("x\",{},\"y\n", "z".repeat(400));
    let found = rows(&line.repeat(100_000));
    assert!(found.len() > 100, "{}", found.len());
}

#[test]
fn blanks_around_quotation_marks_are_no_part_of_a_value() {
    let file = "\"first_name\" , \"last_name\",\t\"email\"\n\
                \"Ada\" , \"King, \"\"Countess\"\"\" ,  \"ada@example.com\"\n \"Bob\",King, bob@example.com\n";
    let expected = ["2|Ada|King, \"Countess\"|ada@example.com", "3|Bob|King| bob@example.com"];
    assert_eq!(
        read(file).rows.iter().map(|row| row.replace(" |", "|")).collect::<Vec<_>>(),
        expected
    );
}

#[test]
fn text_around_quotation_marks_is_an_error_with_blanks_between_as_well() {
    let below = "\"Dwayne\" J,Johnson,d@example.com\n \"The Rock\" J,Johnson,e@example.com\n\
                 Ada, \"King,a@example.com\nBob,King,b@example.com\n";
    assert_eq!(
        rows(below),
        [
            "2!text_after_quote",
            "3!text_after_quote",
            "4!unclosed_quote",
            "5|Bob|King|b@example.com"
        ]
    );
}

#[test]
fn an_unclosed_quote_in_the_last_row_is_an_error_of_it() {
    for end in ["", "\n", "\r\n"] {
        let below = format!("Ada,King,a@example.com\nBob,\"King,b@example.com{end}");
        assert_eq!(rows(&below), ["2|Ada|King|a@example.com", "3!unclosed_quote"]);
    }
}

/// An apostrophe around every value is a quotation mark to the program that wrote it.
#[test]
fn values_in_apostrophes_are_not_registered_with_them() {
    let file = "'first_name','last_name','email'\n'Ada','King','ada@example.com'\n\
                'Seán','O''Neill, Jr.','s@example.com'\n";
    assert_eq!(
        read(file).rows,
        ["2|Ada|King|ada@example.com", "3|Seán|O'Neill, Jr.|s@example.com"]
    );
    assert_eq!(rows("'t Hooft,'King','a@example.com\n"), ["2|'t Hooft|King|'a@example.com"]);
}

/// What word processors make of quotation marks, and what other programs put around a value.
#[test]
fn a_name_is_read_without_the_marks_around_it() {
    for (open, close) in [
        ("“", "”"),
        ("„", "“"),
        ("«", "»"),
        ("‘", "’"),
        ("‚", "‘"),
        ("'", "'"),
        ("`", "`"),
        ("\"\"\"", "\"\"\""),
    ] {
        let below = format!("{open}Ada{close}, {open}O’Neill{close},a@example.com\n");
        assert_eq!(rows(&below), ["2|Ada|O’Neill|a@example.com"]);
    }
    let names = "‘Ofa,'s-Gravesande’,a@example.com\n'',“”,b@example.com\n";
    assert_eq!(rows(names), ["2|‘Ofa|'s-Gravesande’|a@example.com", "3|''|“”|b@example.com"]);
    let json = r#"{"first_name":"“Ada”","last_name":"'King'","email":"a@example.com"}"#;
    assert_eq!(read(json).rows, ["1|Ada|King|a@example.com"]);
}
