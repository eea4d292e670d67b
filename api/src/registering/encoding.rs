use crate::problem::{Problem, ProblemKind};

const UTF_8: &[u8] = b"\xef\xbb\xbf";
/// Of UTF-16, and of UTF-32 in the one byte order; in the other it begins with zeros.
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// The body without the byte order mark that some programs begin every text with (RFC 8259, section
/// 8.1, lets readers skip it).
pub(super) fn without_byte_order_mark(body: &[u8]) -> Result<&[u8], Problem> {
    // Neither JSON nor a form has a zero; in UTF-16 each of their first characters does.
    let has_zero = body.iter().take(2).any(|byte| *byte == 0);
    if has_zero || UTF_16.iter().any(|mark| body.starts_with(mark)) {
        return Err(Problem::new(
            ProblemKind::MalformedRequest,
            "The body is in UTF-16 or UTF-32. Send it in UTF-8.",
        ));
    }
    Ok(body.strip_prefix(UTF_8).unwrap_or(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_of_utf_8_is_skipped_once() {
        for (body, expected) in [
            ("\u{feff}{}", "{}"),
            ("{}", "{}"),
            ("", ""),
            ("\u{feff}", ""),
            ("\u{feff}\u{feff}{}", "\u{feff}{}"),
            ("{\"a\": \"\u{feff}\"}", "{\"a\": \"\u{feff}\"}"),
        ] {
            let read = without_byte_order_mark(body.as_bytes()).unwrap();
            assert_eq!(read, expected.as_bytes(), "{body:?}");
        }
    }

    #[test]
    fn other_encodings_are_refused_with_a_sentence_that_names_the_right_one() {
        for body in [
            &b"\xff\xfe{\0}\0"[..],
            b"\xfe\xff\0{\0}",
            b"\xff\xfe\0\0{\0\0\0",
            b"\0\0\xfe\xff\0\0\0{",
            b"{\0}\0",
            b"\0{\0}",
        ] {
            let problem = without_byte_order_mark(body).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
            assert!(format!("{problem:?}").contains("Send it in UTF-8."), "{problem:?}");
        }
    }
}
