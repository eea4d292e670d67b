/// How the quotation marks of a record stand (RFC 4180).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Each that opens a cell is closed at its end.
    Fine,
    /// One opens a cell and none closes it.
    Unclosed,
    /// There is something between one that closes and the next delimiter.
    TextAfter,
}

/// Looks at a record as it is in the file. A reader of CSV takes any record, and so would register
/// what is not meant.
pub(super) fn quotes(record: &[u8], delimiter: u8) -> Quotes {
    if !record.contains(&b'"') {
        return Quotes::Fine;
    }
    let mut rest = record;
    while !rest.is_empty() {
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            let Some(after) = after_closing_quote(quoted) else { return Quotes::Unclosed };
            rest = after;
            if !rest.first().is_none_or(|next| is_end_of_cell(*next, delimiter)) {
                return Quotes::TextAfter;
            }
        }
        let cell = rest.iter().position(|byte| is_end_of_cell(*byte, delimiter));
        rest = cell.map_or(&[], |end| &rest[end + 1..]);
    }
    Quotes::Fine
}

fn is_end_of_cell(byte: u8, delimiter: u8) -> bool {
    byte == delimiter || matches!(byte, b'\n' | b'\r')
}

pub(super) fn after_closing_quote(mut quoted: &[u8]) -> Option<&[u8]> {
    loop {
        let quote = quoted.iter().position(|byte| *byte == b'"')?;
        quoted = &quoted[quote + 1..];
        match quoted.strip_prefix(b"\"") {
            Some(after_doubled) => quoted = after_doubled,
            None => return Some(quoted),
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
            assert_eq!(quotes(record.as_bytes(), b','), Quotes::Fine, "{record}");
        }
    }

    #[test]
    fn what_a_reader_would_repair_silently_is_seen() {
        for record in ["\"a,b\n", "a,\"b\nc,d\n", "\"a\"\"\n"] {
            assert_eq!(quotes(record.as_bytes(), b','), Quotes::Unclosed, "{record}");
        }
        for record in ["\"a\"b,c\n", "\"Dwayne \"The Rock\" Johnson\",c\n", "\"a\" ,b\n"] {
            assert_eq!(quotes(record.as_bytes(), b','), Quotes::TextAfter, "{record}");
        }
    }
}
