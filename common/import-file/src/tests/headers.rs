use registrar_domain::Field;

use super::{each, options, read, read_with, refused};
use crate::{FileError, Format, Options};

#[test]
fn the_headers_of_the_systems_that_people_export_from_are_known() {
    for header in [
        "first_name,last_name,email",
        "sourcedId,status,dateLastModified,enabledUser,username,givenName,familyName,middleName,email,phone",
        "user_id,login_id,password,first_name,last_name,email,status",
        "username,firstname,lastname,email,course1",
        "First Name [Required],Last Name [Required],Email Address [Required],Password [Required]",
        "Display name,First name,Last name,User principal name,Alternate email address",
        "Student_Number,Last_Name,First_Name,Grade_Level,Email_Addr",
        "Vorname,Nachname,E-Mail-Adresse",
        "Prénom,Nom,Courriel",
        "Nombre,Apellidos,Correo electrónico",
        "Имя,Фамилия,Электронная почта",
        "名,姓,メールアドレス",
        "نام,نام خانوادگی,ایمیل",
        " FIRST\u{a0}NAME , Last-Name ,\u{200b}E-Mail:,,,",
        "\"First Name\",\"Last Name\",\"Email\"",
        "Name [displayName] Required,User name [userPrincipalName] Required,First name [givenName],Last name [surname]",
        "user[first_name],user[last_name],user[email],parent[email]",
        "ΟΝΟΜΑ,ΕΠΩΝΥΜΟ,E–Mail",
    ] {
        let columns = read(format!("{header}\n")).understood.columns;
        assert_eq!(
            columns.iter().map(|used| used.field).collect::<Vec<_>>(),
            Field::ALL,
            "{header}"
        );
    }
}

#[test]
fn every_delimiter_is_found_by_the_header_it_makes() {
    for delimiter in [',', ';', '\t', '|'] {
        let d = delimiter;
        let file = format!(
            "first_name{d}last_name{d}email{d}note\nAda{d}King{d}a@example.com{d}\"x,;\t|\"\n"
        );
        let listed = read(file);
        assert_eq!(listed.rows, ["2|Ada|King|a@example.com"]);
        assert_eq!(listed.understood.format, Format::Csv { delimiter });
    }
}

#[test]
fn a_line_for_excel_says_the_delimiter_and_is_no_row_of_the_sheet() {
    for end in ["\r\n", "\n", "\r"] {
        let rows =
            read(format!("sep=\t{end}email\tfirst_name\tlast_name{end}a@x.org\tAda\tKing")).rows;
        assert_eq!(rows, ["2|Ada|King|a@x.org"], "{end:?}");
    }
    for line in ["sep=;\r\n", "\"sep=;\"\n", "SEP=;\n"] {
        let listed = read(format!("{line}email;first_name;last_name\nada@example.com;Ada;King\n"));
        assert_eq!(listed.rows, ["2|Ada|King|ada@example.com"], "{line}");
    }
    let tabs = read("sep=\t\nemail\tfirst_name\tlast_name\nada@example.com\tAda\tKing\n");
    assert_eq!(tabs.rows, ["2|Ada|King|ada@example.com"]);
    // Whatever it says, it is followed: a colon is no delimiter otherwise.
    let colons = read("sep=:\nemail:first_name:last_name\nada@example.com:Ada:King\n");
    assert_eq!(colons.rows, ["2|Ada|King|ada@example.com"]);
}

#[test]
fn lines_above_the_header_and_totals_below_are_no_obstacle() {
    let file = "Report of 2026-01-02;;\n\nMade by, the office;;\nfirst_name;last_name;email\n\
                Ada;King;a@example.com\n;;\nTotal:;1;\n";
    let listed = read(file);
    assert_eq!(listed.rows, ["5|Ada|King|a@example.com", "7|Total:|1|"]);
    assert_eq!(listed.understood.header_row, Some(4));
}

#[test]
fn a_header_below_the_tenth_row_is_not_looked_for() {
    let above = "x\n".repeat(10);
    let error = refused(format!("{above}first_name,last_name,email\n"));
    assert_eq!(error.code(), "columns_missing");
}

#[test]
fn a_missing_column_is_named_with_what_was_found_and_what_to_do() {
    let error = refused("Vorname;Nachname;Kontakt;;\nAda;King;a@example.com\n");
    assert_eq!(
        error.to_string(),
        "No column was found for email. Row 1 has the columns \"Vorname\", \"Nachname\", \"Kontakt\". \
         Rename a column, or say which one it is, such as column.email=NAME."
    );
}

#[test]
fn a_name_that_is_part_of_another_is_not_taken_for_it() {
    let error = refused("first_name,last_name,Alternate email address\n");
    let FileError::ColumnsMissing { missing, .. } = error else { panic!("{error}") };
    assert_eq!(missing, [Field::Email]);
}

#[test]
fn a_doubled_column_is_refused_and_the_caller_can_choose() {
    let file = "first_name,last_name,email,E-Mail\nAda,King,a@example.com,b@example.com\n";
    assert_eq!(
        refused(file).to_string(),
        "The header has more than one column for email: \"email\", \"E-Mail\". Say which one with \
         column.email=NAME, or leave one column."
    );
    let file = file.replace(",email,", ",private mail,");
    let mut chosen = options();
    chosen.column_names.set(Field::Email, "Private_Mail");
    assert_eq!(read_with(file.as_bytes(), &chosen).unwrap().rows, ["2|Ada|King|a@example.com"]);
}

#[test]
fn blank_header_cells_are_not_doubled_columns() {
    let listed = read(",first_name,,last_name,email,,\nx,Ada,,King,a@example.com,,\n");
    assert_eq!(listed.rows, ["2|Ada|King|a@example.com"]);
}

#[test]
fn a_column_without_a_name_is_none_that_can_be_named() {
    let mut chosen = options();
    chosen.column_names.set(Field::Email, "-");
    let file = "first_name,last_name,\nAda,King,a@example.com\nBob,Ng,x\n";
    let refused = read_with(file.as_bytes(), &chosen).err();
    assert!(matches!(refused, Some(FileError::ColumnsMissing { .. })), "{refused:?}");
}

#[test]
fn columns_that_are_not_read_are_listed() {
    let listed = read("id,first_name,last_name,email,Birth date,\n");
    assert_eq!(listed.understood.ignored, ["id", "Birth date"]);
    assert_eq!(listed.understood.columns[2].name, "email");
}

#[test]
fn three_hundred_columns_are_read() {
    let more = each(297, |n| format!(",extra{n}"));
    let cells = ",x".repeat(297);
    let listed = read(format!("first_name,last_name,email{more}\nAda,King,a@example.com{cells}\n"));
    assert_eq!(listed.rows, ["2|Ada|King|a@example.com"]);
    assert_eq!(listed.understood.ignored.len(), 297);
}

#[test]
fn more_columns_than_are_read_is_said() {
    let header = "first_name,last_name,email".to_owned() + &",x".repeat(1_000);
    assert_eq!(refused(header), FileError::TooManyColumns);
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    for file in ["", "\n\n", "\u{feff}", " \r\n", ",,\n,,\n", ";;;\r\n \r\n", "\t\t\n"] {
        assert_eq!(refused(file), FileError::Empty, "{file:?}");
    }
}

#[test]
fn a_named_delimiter_is_followed() {
    let options = Options { delimiter: Some(b':'), ..options() };
    let file = &b"first_name:last_name:email\nAda:King:a@example.com\n"[..];
    assert_eq!(read_with(file, &options).unwrap().rows, ["2|Ada|King|a@example.com"]);
}

#[test]
fn a_header_with_a_broken_quotation_mark_is_a_header_still() {
    for header in ["first_name,last_name,\"email", "\"first\"name,last_name,email"] {
        let listed = read(format!("{header}\nAda,King,a@example.com\nBob,King,b@example.com\n"));
        assert_eq!(listed.rows, ["2|Ada|King|a@example.com", "3|Bob|King|b@example.com"]);
    }
}

#[test]
fn a_file_without_a_header_names_where_one_is_looked_for() {
    let error = refused("Ada,King,ada@example.com,secret\nBob,King,bob@example.com,secret\n");
    assert_eq!(
        error.to_string(),
        "Row 1 has an e-mail address in it, and no row above it names the columns. Put a row \
         first_name, last_name, email above it, in the order of the values."
    );
    let error = refused("first_name^last_name^email\nAda^King^a@example.com\n");
    assert!(error.to_string().contains("delimiter="), "{error}");
}

#[test]
fn a_column_that_is_named_for_one_field_is_not_read_for_another() {
    for (header, names) in [
        ("Nom;Cognoms;email", &[(Field::FirstName, "Nom")][..]),
        ("first_name;Cognoms;email", &[(Field::LastName, "first_name")]),
        ("Name;Klasse;email", &[(Field::FirstName, "Name"), (Field::LastName, "Name")]),
    ] {
        let mut options = options();
        for (field, name) in names {
            options.column_names.set(*field, name);
        }
        let file = format!("{header}\nJoan;Puig;joan@example.com\n");
        let Err(error) = read_with(file.as_bytes(), &options) else { panic!("{header} was read") };
        assert_eq!(error.code(), "columns_missing", "{header}");
    }
}

#[test]
fn what_follows_another_header_is_not_read_by_the_first_one() {
    let file = "first_name,last_name,email\nAda,King,a@example.com\n\n\
                last_name,first_name,email\nLovelace,Byron,b@example.com\n";
    assert_eq!(refused(file), FileError::SecondHeader { row: 4 });
    // Where the address was, there is that of another person.
    let file = "first_name,last_name,email,parent\nAda,King,a@example.com,p@example.com\n\
                first_name,last_name,parent,email\nBob,King,p@example.com,b@example.com\n";
    assert_eq!(refused(file), FileError::SecondHeader { row: 3 });
}

#[test]
fn another_programs_column_of_rows_makes_no_error_file() {
    let file =
        "_row,_synced,first_name,last_name,email\n1,x,'t Hooft,'s-Gravesande,a@example.com\n";
    assert_eq!(read(file).rows, ["2|'t Hooft|'s-Gravesande|a@example.com"]);
}

#[test]
fn rows_in_quotation_marks_as_a_whole_are_refused_with_what_to_do() {
    let error = refused("\"first_name,last_name,email\"\n\"Ada,King,a@example.com\"\n");
    assert!(error.to_string().contains("in quotation marks as a whole"), "{error}");
}

#[test]
fn a_title_in_brackets_is_not_taken_for_json() {
    let listed = read("[Class 5a]\nfirst_name,last_name,email\nAda,King,a@example.com\n");
    assert_eq!(listed.rows, ["3|Ada|King|a@example.com"]);
}

#[test]
fn quotation_marks_of_any_kind_around_a_name_make_no_difference() {
    for header in [
        "“first_name”,“last_name”,“email”",
        "„Vorname“,„Nachname“,„E-Mail“",
        "`first_name`,`last_name`,`email`",
    ] {
        let listed = read(format!("{header}\nAda,King,a@example.com\n"));
        assert_eq!(listed.rows, ["2|Ada|King|a@example.com"], "{header}");
    }
}

/// Vincent van Gogh is not called Gogh.
#[test]
fn a_column_with_a_part_of_the_last_name_is_not_passed_over() {
    for (part, last) in [
        ("Tussenvoegsel", "Achternaam"),
        ("Segundo apellido", "Apellido"),
        ("Namensbestandteil (vorangestellt)", "Familienname"),
    ] {
        let file = format!("Voornaam;{part};{last};E-mail\nVincent;van;Gogh;v@example.com\n");
        let error = refused(&file).to_string();
        let named = format!("\"{part}\", \"{last}\". Say which one with column.last_name=NAME");
        assert!(error.contains(&named), "{error}");
        let mut chosen = options();
        chosen.column_names.set(Field::LastName, last);
        let rows = read_with(file.as_bytes(), &chosen).unwrap().rows;
        assert_eq!(rows, ["2|Vincent|Gogh|v@example.com"]);
    }
}

/// Lists of Dutch, German and Finnish schools have it in the place of the first names, or beside them.
#[test]
fn the_name_that_a_student_is_called_by_gives_way_to_all_first_names() {
    let listed = read("Roepnaam;Voornamen;Achternaam;E-mail\nAda;Augusta Ada;King;a@example.com\n");
    assert_eq!(listed.rows, ["2|Augusta Ada|King|a@example.com"]);
    let listed = read("Rufname;Familienname;E-Mail\nAda;King;a@example.com\n");
    assert_eq!(listed.rows, ["2|Ada|King|a@example.com"]);
}

#[test]
fn of_two_columns_that_give_way_neither_is_passed_over() {
    let error = refused("Rufname;Rufname;Familienname;E-Mail\nAda;Byron;King;a@example.com\n");
    assert_eq!(error.code(), "column_doubled");
    let error = refused("Roepnaam;Rufname;Achternaam;E-mail\nAda;Byron;King;a@example.com\n");
    assert_eq!(error.code(), "column_doubled");
}
