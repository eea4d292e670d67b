use crate::problem::{Problem, ProblemKind};

const UTF_8: &[u8] = b"\xef\xbb\xbf";
/// Of UTF-16, and of UTF-32 in the one byte order; in the other it begins with zeros.
const UTF_16: [&[u8]; 2] = [b"\xff\xfe", b"\xfe\xff"];

/// What others send as a registration, by the first bytes of it.
const BINARY: [(&[u8], &str); 5] = [
    (b"\x1f\x8b", "compressed with gzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    (b"PK\x03\x04", "like a ZIP archive or an Office document"),
    (b"%PDF-", "like a PDF document"),
    (b"\x16\x03", "encrypted with TLS"),
];

/// Names what is neither JSON nor a form by itself.
pub(super) fn refuse_binary(body: &[u8]) -> Result<(), Problem> {
    match BINARY.iter().find(|(signature, _)| body.starts_with(signature)) {
        None => Ok(()),
        Some((_, what)) => Err(Problem::new(
            ProblemKind::MalformedRequest,
            format!("The body looks {what}. Send JSON or a form as it is, in UTF-8."),
        )),
    }
}

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
    fn what_is_compressed_or_encrypted_is_named() {
        for (body, what) in [
            (&b"\x1f\x8b\x08\0rest"[..], "The body looks compressed with gzip."),
            (b"\x28\xb5\x2f\xfd\x04", "The body looks compressed with zstd."),
            (b"PK\x03\x04\x14", "The body looks like a ZIP archive or an Office document."),
            (b"%PDF-1.7", "The body looks like a PDF document."),
            (b"\x16\x03\x01\x02\0", "The body looks encrypted with TLS."),
        ] {
            let problem = refuse_binary(body).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
            assert!(format!("{problem:?}").contains(what), "{problem:?}");
        }
        for body in ["", "{}", "PK=1", "%50DF-=1", "first_name=Ada"] {
            assert!(refuse_binary(body.as_bytes()).is_ok(), "{body}");
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
