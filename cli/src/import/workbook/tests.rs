use std::io::{Cursor, Seek as _};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Alt" sheetId="1" state="hidden" r:id="rId1"/><sheet name="Liste" sheetId="2" r:id="rId2"/></sheets></workbook>"#;
const TEXTS: &str = r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4" uniqueCount="4"><si><t>first_name</t></si><si><t>last_name</t></si><si><t>email</t></si><si><t>Ada "the" Countess,
King</t></si></sst>"#;
const CELLS: &str = r#"<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row><row r="4"><c r="A4" t="s"><v>3</v></c><c r="B4"><v>12345678901</v></c><c r="C4" s="1"><v>45000</v></c><c r="D4" t="str"><f>"a"&amp;"@x"</f><v>a@x</v></c></row><row r="5"><c r="B5" t="e"><v>#N/A</v></c></row><row r="6"><c r="A6" t="b"><v>1</v></c><c r="B6" s="1"><v>45000.5</v></c></row>"#;

/// A workbook of these texts and cells, of which the second sheet is to be seen.
fn workbook(texts: &str, cells: &str) -> File {
    workbook_of(WORKBOOK, texts, cells)
}

fn workbook_of(sheets: &str, texts: &str, cells: &str) -> File {
    let sheet = |cells: &str| {
        format!(
            r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{cells}</sheetData></worksheet>"#
        )
    };
    let relationship = |id: &str, kind: &str, target: &str| {
        format!(
            r#"<Relationship Id="{id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/>"#
        )
    };
    let relationships = |all: &[String]| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>"#,
            all.concat()
        )
    };
    let styles = r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
    let parts = [
        (
            "[Content_Types].xml",
            r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#
                .to_owned(),
        ),
        (
            "_rels/.rels",
            relationships(&[relationship("rId1", "officeDocument", "xl/workbook.xml")]),
        ),
        ("xl/workbook.xml", sheets.to_owned()),
        (
            "xl/_rels/workbook.xml.rels",
            relationships(&[
                relationship("rId1", "worksheet", "worksheets/sheet1.xml"),
                relationship("rId2", "worksheet", "worksheets/sheet2.xml"),
                relationship("rId3", "sharedStrings", "sharedStrings.xml"),
                relationship("rId4", "styles", "styles.xml"),
            ]),
        ),
        ("xl/sharedStrings.xml", texts.to_owned()),
        ("xl/styles.xml", styles.to_owned()),
        ("xl/worksheets/sheet1.xml", sheet(r#"<row r="1"><c r="A1"><v>7</v></c></row>"#)),
        ("xl/worksheets/sheet2.xml", sheet(cells)),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    let bytes = writer.finish().unwrap().into_inner();
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(&bytes).unwrap();
    file.rewind().unwrap();
    file
}

fn options() -> Options {
    let column_names = registrar_import_file::ColumnNames::default();
    Options { encoding: None, delimiter: None, column_names, max_bytes: u64::MAX }
}

fn refused(texts: &str, cells: &str) -> String {
    to_csv(workbook(texts, cells), None, &options()).unwrap_err().to_string()
}

#[test]
fn the_sheet_that_is_seen_becomes_csv_with_each_row_in_the_line_of_its_number() {
    let (csv, sheet) = to_csv(workbook(TEXTS, CELLS), None, &options()).unwrap();
    assert_eq!((&*sheet.name, sheet.others), ("Liste", 0));
    let expected = "\"first_name\",\"last_name\",,\"email\"\n\n\n\
        \"Ada \"\"the\"\" Countess,\nKing\",\"12345678901\",\"2023-03-15\",\"a@x\"\n\n\
        \"TRUE\",\"2023-03-15 12:00:00\",,\n";
    assert_eq!(io::read_to_string(csv).unwrap(), expected);
}

#[test]
fn a_sheet_can_be_named() {
    let (csv, _) = to_csv(workbook(TEXTS, CELLS), Some("Alt"), &options()).unwrap();
    assert_eq!(io::read_to_string(csv).unwrap(), "\"7\"\n");
    let refused = to_csv(workbook(TEXTS, CELLS), Some("list"), &options()).unwrap_err().to_string();
    assert_eq!(refused, "The workbook has no sheet \"list\". It has \"Alt\", \"Liste\".");
}

#[test]
fn a_workbook_that_says_to_have_more_texts_than_it_has_takes_no_memory() {
    for said in [
        "uniqueCount=\"18446744073709551615\"",
        "uniqueCount='99999999999'",
        "uniqueCount = \"1000\"",
    ] {
        let texts = TEXTS.replace("uniqueCount=\"4\"", said);
        assert!(refused(&texts, CELLS).contains("more texts than it has"), "{said}");
    }
}

#[test]
fn a_cell_at_the_far_end_of_the_sheet_is_refused_and_not_filled_up_to() {
    let cells = r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
    let refused = refused(TEXTS, cells);
    assert!(
        refused.starts_with("The sheet has a value in column 16384 (row 1048576)"),
        "{refused}"
    );
}

#[test]
fn a_damaged_workbook_is_refused_with_what_to_do() {
    let mut cut = tempfile::tempfile().unwrap();
    let mut whole = Vec::new();
    workbook(TEXTS, CELLS).read_to_end(&mut whole).unwrap();
    cut.write_all(&whole[..whole.len() / 2]).unwrap();
    cut.rewind().unwrap();
    let refused_cut = to_csv(cut, None, &options()).unwrap_err().to_string();
    assert!(refused_cut.ends_with("save it as \"CSV UTF-8\"."), "{refused_cut}");
    assert!(refused("<sst", CELLS).contains("damaged"));
    let backwards =
        r#"<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"#;
    assert!(refused(TEXTS, backwards).contains("not in their order"));
}

/// Such as a cover, or a sheet that was left empty.
#[test]
fn a_first_sheet_without_the_columns_is_refused_with_those_that_have_them() {
    let seen = WORKBOOK.replace(" state=\"hidden\"", "");
    let refused = to_csv(workbook_of(&seen, TEXTS, CELLS), None, &options()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "No row of the sheet \"Alt\" names the three columns. Name a sheet that has them, such as \
         --sheet Liste."
    );
    let (csv, sheet) = to_csv(workbook_of(&seen, TEXTS, CELLS), Some("Alt"), &options()).unwrap();
    assert_eq!(io::read_to_string(csv).unwrap(), "\"7\"\n");
    assert_eq!(sheet.others, 0);
    // No other one has them: the API says what is missing.
    let cells = r#"<row r="1"><c r="A1" t="s"><v>0</v></c></row>"#;
    let (_, sheet) = to_csv(workbook_of(&seen, TEXTS, cells), None, &options()).unwrap();
    assert_eq!((&*sheet.name, sheet.others), ("Alt", 1));
}
