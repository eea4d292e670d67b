use super::quotes::after_closing_quote;

/// The cells of a line that is broken by its quotation marks, with all of its text to be corrected: a
/// cell that is broken keeps its marks, and an unclosed one has the rest of the line.
pub(super) fn broken_cells(line: &[u8], delimiter: u8, quote: u8) -> Vec<String> {
    let end =
        line.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r')).map_or(0, |last| last + 1);
    let mut cells = Vec::new();
    let mut rest = Some(&line[..end]);
    while let Some(text) = rest {
        let after_quote =
            text.strip_prefix(&[quote]).map(|quoted| after_closing_quote(quoted, quote));
        let cell_end = match after_quote {
            None => end_of_cell(text, 0, delimiter),
            Some(Some(after)) => end_of_cell(text, text.len() - after.len(), delimiter),
            Some(None) => text.len(),
        };
        let cell = &text[..cell_end];
        let is_whole =
            after_quote.flatten().is_some_and(|after| text.len() - after.len() == cell_end);
        let given = String::from_utf8_lossy(if is_whole { &cell[1..cell_end - 1] } else { cell });
        let quote = char::from(quote).to_string();
        cells.push(if is_whole {
            given.replace(&quote.repeat(2), &quote)
        } else {
            given.into_owned()
        });
        rest = text.get(cell_end + 1..);
    }
    cells
}

fn end_of_cell(text: &[u8], from: usize, delimiter: u8) -> usize {
    text[from..].iter().position(|byte| *byte == delimiter).map_or(text.len(), |end| from + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_broken_line_is_in_its_cells() {
        for (line, cells) in [
            ("\"Dwayne \"The Rock\" J\",b,c\r\n", &["\"Dwayne \"The Rock\" J\"", "b", "c"][..]),
            ("\"a, \"\"b\"\"\",\"c\"d,\n", &["a, \"b\"", "\"c\"d", ""]),
            ("a,\"b,c\n", &["a", "\"b,c"]),
            ("\"\",\"a\" ,b", &["", "\"a\" ", "b"]),
        ] {
            assert_eq!(broken_cells(line.as_bytes(), b',', b'"'), cells, "{line}");
        }
    }
}
