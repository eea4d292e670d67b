use super::BYTE_ORDER_MARK;

/// Adds a row to an error file.
pub(crate) fn push_row<'a>(
    file: &mut String,
    cells: impl IntoIterator<Item = &'a str>,
    delimiter: char,
) {
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            file.push(delimiter);
        }
        push_cell(file, cell, delimiter);
    }
    file.push_str("\r\n");
}

/// One apostrophe keeps a spreadsheet from calculating what is in a cell; it is also in front of those
/// that begin with one, so that reading the file again takes exactly one away.
fn push_cell(row: &mut String, value: &str, delimiter: char) {
    let is_protected = value.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']);
    // A byte order mark would be none of the first value.
    let has_blank_ends = value.trim() != value || value.starts_with(BYTE_ORDER_MARK);
    let is_quoted = value.contains([delimiter, '"', '\r', '\n']) || has_blank_ends;
    if is_quoted {
        row.push('"');
    }
    if is_protected {
        row.push('\'');
    }
    for character in value.chars() {
        match character {
            '"' => row.push_str("\"\""),
            // No text has this one: the file would be taken for another kind.
            '\0' => row.push(char::REPLACEMENT_CHARACTER),
            _ => row.push(character),
        }
    }
    if is_quoted {
        row.push('"');
    }
}
