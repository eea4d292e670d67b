//! Values that were damaged before they came here.

use encoding_rs::WINDOWS_1252;

/// Whether nothing shows that characters of a value are lost, or were read in a wrong encoding.
pub(crate) fn is_text(value: &str) -> bool {
    let is_lost = |c: char| matches!(c, '\0' | '\u{80}'..='\u{9f}' | char::REPLACEMENT_CHARACTER);
    value.is_ascii() && !value.contains('\0') || !value.contains(is_lost) && !was_utf_8_once(value)
}

/// Whether it is UTF-8 that was read as windows-1252 and written as UTF-8 again: `JosÃ©`.
fn was_utf_8_once(value: &str) -> bool {
    let (bytes, _, has_unmappable) = WINDOWS_1252.encode(value);
    !has_unmappable && !bytes.is_ascii() && str::from_utf8(&bytes).is_ok()
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
