//! Values that were damaged before they came here.

use encoding_rs::{Encoding, WINDOWS_1251, WINDOWS_1252};

/// Whether two names and an e-mail address may be what was meant.
pub(crate) fn are_undamaged([first_name, last_name, email]: [&str; 3]) -> bool {
    is_name(first_name) && is_name(last_name) && is_text(email)
}

/// Whether nothing shows that characters of a value are lost, or were read in a wrong encoding.
fn is_text(value: &str) -> bool {
    value.is_ascii() && !value.contains('\0')
        || !value.contains(is_lost)
            && !was_utf_8_once(value, WINDOWS_1252, 1)
            // A single pair may be a name, such as that of Лі.
            && !was_utf_8_once(value, WINDOWS_1251, 2)
}

/// Whether a value may be a name, and none that a program has damaged or written in a way of its own:
/// `J?rgen`, `O\'Neill`, `O&#39;Neill`, `#REF!`.
fn is_name(value: &str) -> bool {
    // Most names are so, and each row has two.
    if value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b' ' | b'-' | b'\'')) {
        return true;
    }
    // An escape character changes the alphabet in encodings that look like ASCII.
    let is_in_no_name =
        |byte| matches!(byte, b'\\' | b'?' | b'#' | b'<' | b'>' | b'{' | b'}' | b'\x1b');
    !value.bytes().any(is_in_no_name) && is_text(value) && !has_entity(value)
}

fn is_lost(character: char) -> bool {
    matches!(character, '\0' | '\u{80}'..='\u{9f}' | char::REPLACEMENT_CHARACTER)
        // What Mac Roman and the code pages of DOS have in the place of the first byte of UTF-8.
        || matches!(character, '√' | '≈' | '\u{2500}'..='\u{257f}')
}

/// Whether it is UTF-8 of so many characters that was read in another encoding and written as UTF-8
/// again: `JosÃ©`.
fn was_utf_8_once(value: &str, read_as: &'static Encoding, at_least: usize) -> bool {
    let (bytes, _, has_unmappable) = read_as.encode(value);
    let is_wide = |character: &char| !character.is_ascii();
    !has_unmappable
        && str::from_utf8(&bytes)
            .is_ok_and(|text| text.chars().filter(is_wide).nth(at_least - 1).is_some())
}

/// Whether it has a character as HTML writes it: `M&uuml;ller`.
fn has_entity(value: &str) -> bool {
    value.split('&').skip(1).filter_map(|behind| behind.split_once(';')).any(|(name, _)| {
        (2..=8).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_alphabet_are_text() {
        for name in [
            "Ada",
            "José",
            "Ó Briain",
            "Łukasz",
            "Юлия",
            "太郎",
            "ÅÄÖ",
            "Müller",
            "Zoë",
            "O’Neill",
            "",
        ] {
            assert!(is_text(name), "{name}");
        }
    }

    #[test]
    fn what_was_damaged_is_no_text() {
        for name in ["JosÃ©", "GarcÃ\u{ad}a", "MÃ¼ller", "Jos\u{fffd}", "M\u{81}ller", "A\0da"]
        {
            assert!(!is_text(name), "{name:?}");
        }
    }
}
