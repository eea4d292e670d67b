//! Values that were damaged before they came here.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253,
    WINDOWS_1257,
};

/// What spreadsheets outside of Western Europe read UTF-8 as when nothing says that it is UTF-8.
const TAKEN_FOR: [&Encoding; 8] =
    [WINDOWS_1250, WINDOWS_1251, WINDOWS_1253, WINDOWS_1257, GBK, BIG5, SHIFT_JIS, EUC_KR];

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
    !value.bytes().any(is_in_no_name)
        && is_text(value)
        && !has_entity(value)
        && !was_latin_once(value)
        && !was_of_another_alphabet(value)
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
    // `KNÍŽEK` would be UTF-8, too: what is alphabetic has to stand for a character that lists have.
    let is_alphabetic = value.chars().all(|c| c.is_ascii() || c.is_alphabetic());
    let is_meant = |c: &char| !c.is_ascii() && (!is_alphabetic || is_in_lists(*c));
    !has_unmappable
        && str::from_utf8(&bytes)
            .is_ok_and(|text| text.chars().filter(is_meant).nth(at_least - 1).is_some())
}

/// Characters of the alphabets in which names are most often damaged, and accents by themselves.
fn is_in_lists(character: char) -> bool {
    matches!(
        character,
        '\u{80}'..='\u{17f}' | '\u{300}'..='\u{33f}' | '\u{370}'..='\u{45f}'
            | '\u{5d0}'..='\u{65f}' | '\u{800}'..
    )
}

/// Whether the accents of a word were read as other characters: `MĂĽller`, `MГјller`, `M眉ller`. A word
/// in capitals may be a name, such as `RĂŞCANU`, and so may one of another alphabet beside a Latin
/// spelling: `Mao (毛)`.
fn was_latin_once(value: &str) -> bool {
    value.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).any(is_word_once_latin)
}

fn is_word_once_latin(word: &str) -> bool {
    let is_latin = |c: char| matches!(c, '\0'..='\u{17f}');
    word.starts_with(|c: char| c.is_ascii_alphabetic())
        && word.contains(char::is_lowercase)
        // The first character of such a pair; without one, eight encodings need not be tried.
        && word.contains(|c: char| "ĂÄĹГДЕΓΔΕĆÅ".contains(c) || c >= '\u{2e80}')
        && TAKEN_FOR.into_iter().any(|read_as| {
            let (bytes, _, has_unmappable) = read_as.encode(word);
            !has_unmappable
                && str::from_utf8(&bytes).is_ok_and(|text| !text.is_ascii() && text.chars().all(is_latin))
        })
}

/// Whether it is of another alphabet or of Central Europe and was read in windows-1252: `Þëèÿ`, `Micha³`.
fn was_of_another_alphabet(value: &str) -> bool {
    const RUN_IN_NO_NAME: usize = 4;
    let is_accented = |c: char| matches!(c, '\u{c0}'..='\u{ff}');
    value.contains(['£', '¥', '¿', '¯', '³', '¹'])
        || value.split(|c| !is_accented(c)).any(|run| run.chars().count() >= RUN_IN_NO_NAME)
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
            "KNÍŽEK",
            "LÍŠKA",
            "VÝŠEK",
            "RĂŞCANU",
            "Ängeslevä",
            "牛Niu",
            "Niu 李",
            "Mao 毛",
            "Lu (陆)",
            "Lo 羅",
            "Chae 채",
            "RĂŞCANU (Popa)",
            "Conceição",
            "Äyräs",
            "",
        ] {
            assert!(is_name(name), "{name}");
        }
    }

    #[test]
    fn what_was_damaged_is_no_text() {
        for name in [
            "JosÃ©",
            "GarcÃ\u{ad}a",
            "MÃ¼ller",
            "MuÌˆller",
            "IonuÈ›",
            "È˜tefan",
            "LÆ°Æ¡ng",
            "Jos\u{fffd}",
            "M\u{81}ller",
            "A\0da",
        ] {
            assert!(!is_text(name), "{name:?}");
        }
        for read_as in TAKEN_FOR {
            let (name, _) = read_as.decode_without_bom_handling("Müller".as_bytes());
            assert!(!is_name(&name), "{name} {}", read_as.name());
        }
        for name in ["Þëèÿ", "Ïåòðîâà", "Ìáñßá", "Micha³", "£ukasz", "Gra¿yna"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
