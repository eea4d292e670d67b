use serde_json::Value;

use crate::import::workbook::Sheet;
use crate::table::printable;

/// How the file was understood, so that a mistake is seen.
pub(in crate::import) fn understood(answer: &Value, sheet: Option<&Sheet>) -> Option<String> {
    let understood = answer.get("understood")?;
    let text = |key: &str| understood.get(key).and_then(Value::as_str);
    let format = match (text("format")?, text("delimiter")) {
        ("csv", Some(",")) => "CSV with commas".to_owned(),
        ("csv", Some(";")) => "CSV with semicolons".to_owned(),
        ("csv", Some("\t")) => "CSV with tabs".to_owned(),
        ("csv", Some(delimiter)) => format!("CSV with {delimiter} between values"),
        ("ndjson", _) => "JSON, an object a line".to_owned(),
        _ => "a JSON array".to_owned(),
    };
    let header = understood.get("header_row").and_then(Value::as_u64);
    let header = header.map(|row| format!(", with its header in row {row}")).unwrap_or_default();
    let columns = understood.get("columns").and_then(Value::as_array).into_iter().flatten();
    let columns = columns.filter_map(|column| {
        Some(format!(
            "{} is \"{}\"",
            column.get("column")?.as_str()?,
            column.get("name")?.as_str()?
        ))
    });
    let columns: Vec<_> = columns.collect();
    let ignored = understood.get("ignored").and_then(Value::as_array).map_or(0, Vec::len);
    let ignored = match ignored {
        0 => String::new(),
        1 => " One other column is not read.".to_owned(),
        // The API names no more of them.
        100.. => " Other columns are not read.".to_owned(),
        ignored => format!(" {ignored} other columns are not read."),
    };
    let encoding = text("encoding").unwrap_or("UTF-8");
    // The API reads a sheet as CSV, which no one needs to know.
    let how = match sheet {
        Some(Sheet { name, others: 0 }) => format!("from the sheet \"{name}\""),
        Some(Sheet { name, .. }) => format!("from the sheet \"{name}\" and no other one"),
        None => format!("as {format}, in {encoding}"),
    };
    let columns = columns.join(", ");
    Some(printable(&format!("It was read {how}{header}: {columns}.{ignored}")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn how_a_file_was_understood_is_one_sentence() {
        let columns = json!([
            {"column": "first_name", "name": "Vorname"}, {"column": "email", "name": "E-Mail"},
        ]);
        let answer = json!({"understood": {
            "format": "csv", "delimiter": ";", "encoding": "windows-1252", "header_row": 3,
            "columns": columns, "ignored": ["Kennwort"],
        }});
        assert_eq!(
            understood(&answer, None).unwrap(),
            "It was read as CSV with semicolons, in windows-1252, with its header in row 3: first_name is \
             \"Vorname\", email is \"E-Mail\". One other column is not read."
        );
        assert_eq!(
            understood(&answer, Some(&Sheet { name: "Liste".to_owned(), others: 2 })).unwrap(),
            "It was read from the sheet \"Liste\" and no other one, with its header in row 3: first_name is \
             \"Vorname\", email is \"E-Mail\". One other column is not read."
        );
        assert_eq!(understood(&json!({}), None), None);
    }
}
