//! The files that the page's reader of CSV is held to as well.

use serde_json::{Value, json};

use super::records::Records;
use crate::error::ReadError;

const FILES: &str = include_str!("../../../../tests/corpus/csv-rows.json");

/// The rows of a text that comes in parts of so many bytes: its number, and its cells or what is broken.
fn rows(file: &Value, size: usize) -> Result<Vec<Value>, ReadError> {
    let byte = |name: &str| file[name].as_str().map(|text| text.as_bytes()[0]);
    let mut parts = file["text"].as_str().unwrap().as_bytes().chunks(size);
    let mut records = Records::new(byte("delimiter").unwrap(), byte("quote").unwrap_or(b'"'));
    let mut rows = Vec::new();
    while let Some(record) = records.next(|into| {
        let part = parts.next();
        into.extend_from_slice(part.unwrap_or_default());
        Ok(part.is_some())
    })? {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        rows.push(match record.cells {
            Ok(cells) => json!([record.number, cells.iter().map(text).collect::<Vec<_>>()]),
            Err(_) => json!([record.number, text(record.raw).trim_end_matches(['\r', '\n'])]),
        });
        if file["header_row"] == json!(records.rows()) {
            records.pass_over_repetitions();
        }
    }
    Ok(rows)
}

#[test]
fn rows_are_numbered_and_read_as_by_the_page() {
    let files: Vec<Value> = serde_json::from_str(FILES).unwrap();
    assert!(files.len() > 10);
    for file in files {
        for size in [1, 2, 3, 1_000] {
            let rows = rows(&file, size).unwrap();
            assert_eq!(json!(rows), file["rows"], "{} by {size}", file["about"]);
        }
    }
}
