use encoding_rs::Encoding;

/// Letters that the neighbours of windows-1252 (Central European, Turkish, Baltic) have in the place
/// of more frequent ones. Icelandic has them itself, and has to name its encoding.
const CONFUSED: &str = "ÐÝÞðýþ";
/// What stands at letters in names and in prose.
const PUNCTUATION: &str = "’‘‚“”„–—…´·ºª«»¿¡\u{a0}";

/// Whether a list of names reads like one of Western Europe in this encoding: the words are of the
/// Latin script with a few accents in them. `Þëèÿ`, which is Юлия, is not, nor is `£ukasz`.
pub(super) fn is_plausible(bytes: &[u8], encoding: &'static Encoding) -> bool {
    let (text, had_errors) = encoding.decode_without_bom_handling(bytes);
    !had_errors && text.split(is_between_words).all(is_plausible_word)
}

fn is_between_words(character: char) -> bool {
    character.is_ascii() && !character.is_ascii_alphabetic()
}

fn is_plausible_word(word: &str) -> bool {
    if word.is_ascii() {
        return true;
    }
    let is_letter = |character: char| character.is_alphabetic() && !"ºª".contains(character);
    let letters = word.chars().filter(|character| is_letter(*character)).count();
    if letters == 0 {
        return true;
    }
    let accented = word.chars().filter(|c| is_letter(*c) && !c.is_ascii()).count();
    let has_small = word.chars().any(char::is_lowercase);
    let mut before = ' ';
    for character in word.chars() {
        let known = character.is_ascii() || is_letter(character) || PUNCTUATION.contains(character);
        let is_capital = character.is_uppercase() && !character.is_ascii();
        let rises = has_small && is_capital && before.is_alphabetic();
        if !known || rises || CONFUSED.contains(character) {
            return false;
        }
        before = character;
    }
    letters <= 2 || 2 * accented <= letters
}

#[cfg(test)]
mod tests {
    use encoding_rs::{MACINTOSH, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1254};

    use super::*;

    fn reads_as_western(text: &str, really: &'static Encoding) -> bool {
        let (bytes, _, unmappable) = really.encode(text);
        assert!(!unmappable, "{text}");
        is_plausible(&bytes, WINDOWS_1252)
    }

    #[test]
    fn western_names_are_plausible() {
        for name in [
            "Müller;Jörg;joerg@example.com",
            "O’Neill",
            "Noël d’Été",
            "Åse Løvås",
            "Ñoño",
            "José Mª",
        ] {
            assert!(reads_as_western(name, WINDOWS_1252), "{name}");
        }
    }

    #[test]
    fn names_of_other_encodings_are_not_taken_for_western_ones() {
        for (name, really) in [
            ("Юлия", WINDOWS_1251),
            ("Łukasz", WINDOWS_1250),
            ("Michał", WINDOWS_1250),
            ("Zażółć", WINDOWS_1250),
            ("Yıldız", WINDOWS_1254),
            ("Şahin", WINDOWS_1254),
            ("André", MACINTOSH),
            ("Müller", MACINTOSH),
        ] {
            assert!(!reads_as_western(name, really), "{name}");
        }
    }
}
