use encoding_rs::{SHIFT_JIS, UTF_16LE, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252};

use super::{ByteByByte, each, encoded, options, read, read_with, refused};
use crate::{FileError, FileKind, LOOKAHEAD_BYTES, Options};

const HEADER: &str = "first_name,last_name,email\n";

pub(super) fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn excel_saves_semicolons_in_windows_1252() {
    let file = encoded(
        "Vorname;Nachname;E-Mail\r\nJörg;Müller;joerg@example.com\r\nZoë;O’Neill;zoe@example.com\r\n",
        WINDOWS_1252,
    );
    let listed = read(file);
    assert_eq!(listed.rows, ["2|Jörg|Müller|joerg@example.com", "3|Zoë|O’Neill|zoe@example.com"]);
    assert_eq!(listed.understood.encoding, "windows-1252");
}

#[test]
fn windows_1251_is_refused_with_advice_and_read_when_it_is_named() {
    let file = encoded("Имя;Фамилия;Email\r\nЮлия;Петрова;yulia@example.com\r\n", WINDOWS_1251);
    let error = refused(&file);
    assert_eq!(error.code(), "encoding_unknown");
    assert!(error.to_string().contains("CSV UTF-8"), "{error}");
    assert!(error.to_string().contains("encoding="), "{error}");
    let named = Options { encoding: Some(WINDOWS_1251), ..options() };
    let listed = read_with(&*file, &named).unwrap();
    assert_eq!(listed.rows, ["2|Юлия|Петрова|yulia@example.com"]);
}

#[test]
fn one_cyrillic_name_in_a_latin_list_is_not_registered_as_another() {
    for (name, encoding) in [("Юлия", WINDOWS_1251), ("Łukasz", WINDOWS_1250)] {
        let file = encoded(&format!("{HEADER}{name},Smith,a@example.com\n"), encoding);
        assert!(matches!(refused(file), FileError::EncodingUnknown { .. }), "{name}");
    }
}

#[test]
fn a_guess_is_named_and_not_used() {
    let text = "名,姓,メール\n".to_owned()
        + &"太郎,山田,taro@example.com\n花子,鈴木,h@example.com\n".repeat(20);
    let error = refused(encoded(&text, SHIFT_JIS));
    assert_eq!(error, FileError::EncodingUnknown { guess: Some("Shift_JIS") });
    assert!(error.to_string().contains("encoding=Shift_JIS"), "{error}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_name() {
    let listed = read(format!("\u{feff}{HEADER}Zoë,Ó Briain,z@example.com\n"));
    assert_eq!(listed.rows, ["2|Zoë|Ó Briain|z@example.com"]);
    assert_eq!(listed.understood.encoding, "UTF-8");
}

#[test]
fn utf_16_is_read_both_ways_with_and_without_a_mark() {
    let text = format!("{HEADER}Юлия,Łukasz,a@example.com\n");
    for mark in ["", "\u{feff}"] {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let listed = read(utf_16(&format!("{mark}{text}"), to_bytes));
            assert_eq!(listed.rows, ["2|Юлия|Łukasz|a@example.com"]);
        }
    }
}

#[test]
fn unicode_text_of_excel_is_utf_16_with_tabs() {
    let text = "\u{feff}First Name\tLast Name\tEmail\r\nЮлия\tПетрова\ty@example.com\r\n";
    assert_eq!(read(utf_16(text, u16::to_le_bytes)).rows, ["2|Юлия|Петрова|y@example.com"]);
}

/// Few of its bytes are NUL, and the last one is.
#[test]
fn a_line_end_of_utf_16_is_no_row() {
    let row = "Юлия\tПетрова\ty@example.com\tМосква, Ленинградский проспект, дом двадцать семь\r\n";
    let text = format!("\u{feff}Имя\tФамилия\tE-mail\tАдрес\r\n{row}");
    for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        assert_eq!(read(utf_16(&text, to_bytes)).rows, ["2|Юлия|Петрова|y@example.com"]);
    }
}

#[test]
fn a_character_may_be_split_between_two_reads() {
    let text = format!("{HEADER}Zoë,Ó Briain,z@example.com\n𠮷,野家,y@example.com\n");
    let rows = ["2|Zoë|Ó Briain|z@example.com", "3|𠮷|野家|y@example.com"];
    assert_eq!(read_with(ByteByByte(text.as_bytes()), &options()).unwrap().rows, rows);
    let named = Options { encoding: Some(UTF_16LE), ..options() };
    let wide = utf_16(&text, u16::to_le_bytes);
    assert_eq!(read_with(ByteByByte(&wide), &named).unwrap().rows, rows);
}

#[test]
fn a_bad_byte_in_utf_8_is_an_error_of_its_row() {
    let mut file = format!("{HEADER}Zoë,A,a@example.com\nJ").into_bytes();
    file.extend_from_slice(b"\xf6rg,B,b@example.com\nC,C,c@example.com\n");
    let rows = ["2|Zoë|A|a@example.com", "3!not_text", "4|C|C|c@example.com"];
    assert_eq!(read(file).rows, rows);
}

fn ascii_rows(count: usize) -> String {
    each(count, |n| format!("Ada,Lovelace,ada{n}@example.com\n"))
}

#[test]
fn the_first_umlaut_may_come_late() {
    let text = format!("{HEADER}{}Jörg,Müller,j@example.com\n", ascii_rows(50_000));
    for encoding in [WINDOWS_1252, encoding_rs::UTF_8] {
        let listed = read(encoded(&text, encoding));
        assert_eq!(listed.rows.last().unwrap(), "50002|Jörg|Müller|j@example.com");
        assert_eq!(listed.understood.encoding, encoding.name());
    }
}

#[test]
fn an_encoding_that_is_uncertain_late_is_an_error_of_its_rows() {
    let text = format!(
        "{HEADER}{}Юлия,Петрова,y@example.com\nAda,King,k@example.com\n",
        ascii_rows(50_000)
    );
    let rows = read(encoded(&text, WINDOWS_1251)).rows;
    assert_eq!(rows[50_000..], ["50002!not_text", "50003|Ada|King|k@example.com"]);
}

#[test]
fn a_named_encoding_with_bytes_that_it_does_not_have_breaks_their_rows() {
    let mut file = encoded(HEADER, SHIFT_JIS);
    file.extend_from_slice(b"\xfd,B,b@example.com\nC,C,c@example.com\n");
    let named = Options { encoding: Some(SHIFT_JIS), ..options() };
    assert_eq!(read_with(&*file, &named).unwrap().rows, ["2!not_text", "3|C|C|c@example.com"]);
}

#[test]
fn binary_data_is_not_taken_for_text() {
    assert_eq!(refused([1, 0, 2, 3, 0, 0, 7].repeat(40)), FileError::NotText(FileKind::Binary));
}

/// Its names begin with a character that is UTF-8, too, or have one in them.
#[test]
fn a_file_of_another_encoding_is_not_taken_for_utf_8_by_a_single_character() {
    for text in
        ["Пётр,Зуёв,p@example.com\nЮлия,Петрова,y@example.com\n", "Пётр,Иванов,p@example.com\n"]
    {
        let error = refused(encoded(&format!("{HEADER}{text}"), WINDOWS_1251));
        assert_eq!(error.code(), "encoding_unknown", "{text}");
    }
    let chinese =
        encoded(&format!("{HEADER}学,王,w@example.com\n张,李,z@example.com\n"), encoding_rs::GBK);
    assert_eq!(refused(chinese).code(), "encoding_unknown");
}

#[test]
fn a_file_whose_first_character_is_broken_is_utf_8_still() {
    let mut file = format!("{HEADER}J").into_bytes();
    file.extend_from_slice("\u{0}rg,B,b@example.com\nZoë,Ó,z@example.com\n".as_bytes());
    let nul = file.iter().position(|byte| *byte == 0).unwrap();
    file[nul] = 0xf6;
    assert_eq!(read(file).rows, ["2!not_text", "3|Zoë|Ó|z@example.com"]);
}

/// The beginning does not show it: its characters are the same in both encodings.
#[test]
fn a_name_of_another_encoding_far_below_is_an_error_of_its_row() {
    let rows = each(5_000, |n| format!("Jörg,Müller,j{n}@example.com\n"));
    let file = encoded(&format!("{HEADER}{rows}Łukasz,Müller,l@example.com\n"), WINDOWS_1250);
    let listed = read(file);
    assert_eq!(listed.rows[4_999..], ["5001|Jörg|Müller|j4999@example.com", "5002!not_text"]);
}

/// Some of its characters are UTF-8 by chance.
#[test]
fn no_row_of_an_uncertain_encoding_is_registered() {
    let text = format!(
        "{HEADER}{}王,伟,w@example.com\n学,学,x@example.com\n张,李,z@example.com\n",
        ascii_rows(50_000)
    );
    let rows = read(encoded(&text, encoding_rs::GBK)).rows;
    assert_eq!(rows[50_000..], ["50002!not_text", "50003!not_text", "50004!not_text"]);
}

#[test]
fn a_wrong_name_of_an_encoding_does_not_garble_utf_8() {
    let rows = "Zoë,Müller,z@example.com\nJosé,Núñez,n@example.com\n";
    for text in [format!("{HEADER}{rows}"), format!("{HEADER}{}{rows}", ascii_rows(5_000))] {
        let named = Options { encoding: Some(WINDOWS_1252), ..options() };
        match read_with(text.as_bytes(), &named) {
            Err(error) => assert_eq!(error, FileError::IsUtf8 { named: "windows-1252" }),
            Ok(listed) => assert_eq!(listed.rows[5_000..], ["5002!not_text", "5003!not_text"]),
        }
    }
}

#[test]
fn what_old_programs_end_a_file_with_is_no_row_of_it() {
    for end in ["\u{1a}", "\0", "\0\0\0\0", "\r\n\u{1a}\0"] {
        let file = format!("{HEADER}Zoë,King,z@example.com\r\n{end}");
        assert_eq!(read(file).rows, ["2|Zoë|King|z@example.com"], "{end:?}");
        let rows = each(5_000, |n| format!("Ada,King,a{n}@example.com\n"));
        assert_eq!(read(format!("{HEADER}{rows}{end}")).rows.len(), 5_000, "{end:?}");
    }
    // A block of a disk is longer than a short list.
    let block = format!("{HEADER}Zoë,King,z@example.com\r\n{}", "\0".repeat(4_096));
    assert_eq!(read(block).rows, ["2|Zoë|King|z@example.com"]);
}

/// As short as a list can be: there is nothing else to recognize it by.
#[test]
fn short_western_lists_are_read_in_windows_1252() {
    for name in [
        "José,García",
        "Hélène,Lefèvre",
        "François,Müller",
        "Jörg,Groß",
        "João,Simões",
        "Søren,Kjær",
        "Åsa,Lindström",
        "Nicolò,Rossi",
        "Anaïs,Benoît",
        "Begoña,Muñoz",
        "Adrián,Ibáñez",
        "Zoë,O’Neill",
        "Núria,Martí",
        "Jürgen,Weiß",
        "Éric,Dupré",
        "Chloë,Geneviève",
    ] {
        for end in ["\r\n", "\n"] {
            let text = format!("{HEADER}{name},a@example.com{end}Ada,King,b@example.com{end}");
            let listed = read_with(&*encoded(&text, WINDOWS_1252), &options());
            let rows = listed.map(|listed| listed.rows).map_err(|error| error.to_string());
            let expected = format!("2|{}|a@example.com", name.replace(',', "|"));
            assert_eq!(rows.map(|rows| rows[0].clone()), Ok(expected));
        }
    }
}

#[test]
fn utf_32_is_refused() {
    let text = format!("{HEADER}Ada,King,a@example.com\n");
    for to_bytes in [u32::to_le_bytes, u32::to_be_bytes] {
        let wide = std::iter::once('\u{feff}').chain(text.chars());
        let wide: Vec<u8> = wide.flat_map(|character| to_bytes(u32::from(character))).collect();
        assert_eq!(refused(wide), FileError::EncodingUnknown { guess: None });
    }
}

/// Rows of ASCII, so many bytes in all.
fn rows_of(bytes: usize) -> String {
    let row = "Ada,King,a@example.com\n";
    let last = format!("Ada,King{},a@example.com\n", "i".repeat(bytes % row.len()));
    row.repeat((bytes - last.len()) / row.len()) + &last
}

#[test]
fn a_word_that_lies_over_the_end_of_what_is_read_at_once_is_judged_as_a_whole() {
    for before in 0..8 {
        // Whatever is read first, all of it is ASCII.
        let first = rows_of(LOOKAHEAD_BYTES - HEADER.len() - before);
        let first = format!("{HEADER}{first}Müller,King,b@example.com\n");
        // What is looked at, from the first character that is none of ASCII, ends within the name.
        let start = "Müller,King,b@example.com\n";
        let second = rows_of(LOOKAHEAD_BYTES + "M".len() - start.chars().count() - before);
        let second = format!("{HEADER}{start}{second}MUÑOZ,King,b@example.com\n");
        for (text, name) in [(first, "Müller"), (second, "MUÑOZ")] {
            let listed = read_with(ByteByByte(&encoded(&text, WINDOWS_1252)), &options()).unwrap();
            let last = listed.rows.last().unwrap();
            assert!(last.ends_with(&format!("|{name}|King|b@example.com")), "{before}: {last}");
            assert_eq!(listed.understood.encoding, "windows-1252");
        }
    }
}

#[test]
fn a_single_accent_shows_that_a_file_is_utf_8_and_not_what_was_named() {
    let file = format!("{HEADER}José,King,a@example.com\n");
    let named = Options { encoding: Some(WINDOWS_1252), ..options() };
    let error = read_with(file.as_bytes(), &named).err();
    assert_eq!(error, Some(FileError::IsUtf8 { named: "windows-1252" }));
    let file = encoded(&file, WINDOWS_1252);
    assert_eq!(read_with(&*file, &named).unwrap().rows, ["2|José|King|a@example.com"]);
}

#[test]
fn values_that_were_damaged_before_are_broken_ones() {
    let rows = "JosÃ©,King,a@example.com\nAda,Ki\u{fffd}ng,b@example.com\nMu\0ller,King,c@example.com\n\
                Bob,King,d@example.com\n";
    assert_eq!(
        read(format!("{HEADER}{rows}{}", "Cy,King,\n".repeat(20))).rows[..4],
        ["2!not_text", "3!not_text", "4!not_text", "5|Bob|King|d@example.com"]
    );
}

#[test]
fn advice_names_no_encoding_that_nothing_speaks_for() {
    let error = refused(b"first_name,last_name,email\nJos\x82,Garc\xa1a,a@example.com\n");
    assert!(error.to_string().ends_with("with encoding=NAME."), "{error}");
}

/// Each would be registered as it is by a reader that takes any text for a name.
#[test]
fn names_that_a_program_has_damaged_are_errors_of_their_rows() {
    for name in [
        "J?rgen",
        "O\\'Neill",
        "King\\",
        "O&#39;Neill",
        "J&uuml;rgen",
        "#ЗНАЧ!",
        "#Ada",
        "<b>Ada</b>",
        "{\"ImportId\":\"QID1_TEXT\"}",
        // UTF-8 that was read as Mac Roman, DOS or windows-1251, and ISO-2022-JP that is read as ASCII.
        "J√ºrgen",
        "≈Åukasz",
        "J├╝rgen",
        "Р®Р»РёСЏ",
        "\u{1b}$BB@O:\u{1b}(B",
    ] {
        let quoted = name.replace('"', "\"\"");
        for row in [format!("\"{quoted}\",King"), format!("Ada,\"{quoted}\"")] {
            let file = format!("{HEADER}{row},a@example.com\nBob,Ng,b@example.com\n");
            assert_eq!(read(file).rows, ["2!not_text", "3|Bob|Ng|b@example.com"], "{name}");
        }
        let json = serde_json::json!({"first_name": name, "last_name": "", "email": "a@x.org"});
        assert_eq!(read(json.to_string()).rows, ["1!not_text"], "{name}");
    }
    for name in
        ["Mary & Tom; Jr.", "Лі", "Сё", "Римма", "O'Neill", "d’Été", "Ng/Ba", "X Æ A-12 (Al)"]
    {
        let file = format!("{HEADER}{name},King,a?b&amp;c@example.com\n");
        assert_eq!(read(file).rows, [format!("2|{name}|King|a?b&amp;c@example.com")]);
    }
}

/// Who follows the advice would register other names.
#[test]
fn no_encoding_is_named_that_would_join_two_alphabets() {
    // Jürgen Müller, as old programs of DOS write it, is "J〉gen M〉ler" in Shift_JIS.
    let file = [HEADER.as_bytes(), b"J\x81rgen,M\x81ller,a@example.com\n"].concat();
    assert_eq!(refused(file), FileError::EncodingUnknown { guess: None });
}
