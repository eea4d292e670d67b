/// How the quotation marks of a record stand (RFC 4180).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Each that opens a cell is closed at its end.
    Fine,
    /// The same, but for blanks between them and a delimiter.
    Spaced,
    /// One opens a cell and none closes it.
    Unclosed,
    /// There is something between one that closes and the next delimiter.
    TextAfter,
}

/// Looks at a record as it is in the file. A reader of CSV takes any record, and so would register
/// what is not meant.
pub(super) fn quotes(record: &[u8], delimiter: u8, quote: u8) -> Quotes {
    if !record.contains(&quote) {
        return Quotes::Fine;
    }
    let mut found = Quotes::Fine;
    let mut rest = record;
    while !rest.is_empty() {
        let cell = after_blanks(rest, delimiter);
        if let [first, quoted @ ..] = cell
            && *first == quote
        {
            let Some(after) = after_closing_quote(quoted, quote) else { return Quotes::Unclosed };
            let next = after_blanks(after, delimiter);
            if !next.first().is_none_or(|next| is_end_of_cell(*next, delimiter)) {
                return Quotes::TextAfter;
            }
            if cell.len() < rest.len() || next.len() < after.len() {
                found = Quotes::Spaced;
            }
            rest = next;
        }
        let cell = rest.iter().position(|byte| is_end_of_cell(*byte, delimiter));
        rest = cell.map_or(&[], |end| &rest[end + 1..]);
    }
    found
}

/// A record whose quotation marks are fine, without the blanks around them.
pub(super) fn without_blanks(record: &[u8], delimiter: u8, quote: u8) -> Vec<u8> {
    let mut bare = Vec::with_capacity(record.len());
    let mut rest = record;
    while !rest.is_empty() {
        let cell = after_blanks(rest, delimiter);
        let after =
            cell.strip_prefix(&[quote]).and_then(|quoted| after_closing_quote(quoted, quote));
        if let Some(after) = after {
            bare.extend_from_slice(&cell[..cell.len() - after.len()]);
            rest = after_blanks(after, delimiter);
        }
        let end = rest.iter().position(|byte| is_end_of_cell(*byte, delimiter));
        let (cell, next) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        bare.extend_from_slice(cell);
        rest = next;
    }
    bare
}

fn after_blanks(text: &[u8], delimiter: u8) -> &[u8] {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t') && *byte != delimiter;
    &text[text.iter().take_while(|byte| is_blank(byte)).count()..]
}

fn is_end_of_cell(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || matches!(byte, b'\n' | b'\r')
}

pub(super) fn after_closing_quote(mut quoted: &[u8], quote: u8) -> Option<&[u8]> {
    loop {
        let end = quoted.iter().position(|byte| *byte == quote)?;
        quoted = &quoted[end + 1..];
        match quoted.split_first() {
            Some((first, after_doubled)) if *first == quote => quoted = after_doubled,
            _ => return Some(quoted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_are_fine_around_a_whole_cell_and_inside_an_unquoted_one() {
        for record in [
            "a,b\n",
            "\"a\",b\n",
            "\"a,b\nc\",\"\"\n",
            "\"say \"\"hi\"\"\",b",
            "5\" pipe,b\n",
            "\"\"\"\",\n",
        ] {
            assert_eq!(quotes(record.as_bytes(), b',', b'"'), Quotes::Fine, "{record}");
        }
    }

    #[test]
    fn what_a_reader_would_repair_silently_is_seen() {
        for record in ["\"a,b\n", "a,\"b\nc,d\n", "\"a\"\"\n"] {
            assert_eq!(quotes(record.as_bytes(), b',', b'"'), Quotes::Unclosed, "{record}");
        }
        for record in ["\"a\"b,c\n", "\"Dwayne \"The Rock\" Johnson\",c\n"] {
            assert_eq!(quotes(record.as_bytes(), b',', b'"'), Quotes::TextAfter, "{record}");
        }
    }

    #[test]
    fn blanks_beside_quotation_marks_are_taken_away_and_no_others() {
        for (record, bare) in [
            ("\"a\" ,b\n", "\"a\",b\n"),
            (" \t\"a, \"\"b\" ,\"c\" \r\n", "\"a, \"\"b\",\"c\"\r\n"),
            ("a , \" b\", c", "a ,\" b\", c"),
        ] {
            assert_eq!(quotes(record.as_bytes(), b',', b'"'), Quotes::Spaced, "{record}");
            assert_eq!(without_blanks(record.as_bytes(), b',', b'"'), bare.as_bytes(), "{record}");
        }
    }
}
