use super::refused;
use crate::{FileError, FileKind};

#[test]
fn other_files_are_named_plainly_and_with_what_to_do() {
    for (first_bytes, kind, advice) in [
        (&b"PK\x03\x04\x14\0\x06\0[Content_Types].xml"[..], FileKind::Xlsx, "CSV UTF-8"),
        (
            b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            FileKind::OpenDocument,
            "CSV",
        ),
        (b"PK\x03\x04\x14\0\0\0students.csv", FileKind::Zip, "Unpack"),
        (b"BZh91AY&SY\0\0", FileKind::Zip, "Unpack"),
        (b"PK\x03\x04\x14\0\0\0Index/Document.iwa", FileKind::Numbers, "Export To"),
        (b"PK\x03\x04\x14\0\x06\0[Content_Types].xmlword/document.xml", FileKind::Document, "list"),
        (b"{\\rtf1\\ansi first_name", FileKind::Document, "list"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0\0", FileKind::Ole, "CSV UTF-8"),
        (b"%PDF-1.7\n%\xe2\xe3", FileKind::Pdf, "Export"),
        (b"\x89PNG\r\n\x1a\n\0\0", FileKind::Image, "Export"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", FileKind::Image, "Export"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE HTML><html>", FileKind::Html, "login page"),
        (b"<table><tr><td>first_name</td>", FileKind::Html, "spreadsheet"),
        (b"<\0t\0a\0b\0l\0e\0>\0", FileKind::Html, "spreadsheet"),
        (b"<students><student>", FileKind::Xml, "Export"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:King;Ada;;;\r\n", FileKind::Contacts, "list"),
        (b"\xef\xbb\xbfBEGIN:VCARD\nN:King;Ada;;;\n", FileKind::Contacts, "list"),
        (b"<!-- a page -->", FileKind::Xml, "Export"),
        (b"<?xml version=\"1.0\"?><workbook>", FileKind::Xml, "Export"),
    ] {
        let error = refused(first_bytes);
        assert_eq!(error, FileError::NotText(kind));
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[test]
fn a_file_whose_first_line_is_longer_than_a_row_may_be_is_not_called_empty() {
    for rest in ["", "\nAda,King,ada@example.com\n"] {
        let error = refused(format!("{}{rest}", "first_name ".repeat(20_000)));
        assert_eq!(error.code(), "columns_missing");
        assert!(!error.to_string().contains("empty"), "{error}");
    }
}
