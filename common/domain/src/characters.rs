//! What can be seen, by Unicode's own properties: one answer for names and addresses.

use icu_properties::props::{
    DefaultIgnorableCodePoint, GeneralCategory, JoiningType, PrependedConcatenationMark,
};
use icu_properties::{CodePointMapData, CodePointSetData};
use unicode_normalization::char::canonical_combining_class;

/// Keeps two letters apart. Persian and Indic words are spelt with it.
const NON_JOINER: char = '\u{200C}';
/// Joins two letters. Indic words are spelt with it.
pub(super) const JOINER: char = '\u{200D}';
/// The class of marks that take a consonant's vowel away (UAX #44).
const VIRAMA: u8 = 9;

/// Leaves no mark on paper, and no room either: what Unicode says need not be shown, control
/// characters and format characters, but for the few of those that stand below a number.
pub(super) fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
        || category == GeneralCategory::Control
        || category == GeneralCategory::Format
            && !CodePointSetData::new::<PrependedConcatenationMark>().contains(character)
}

/// Leaves room and no mark: white space, Braille's cell without dots, and Korea's fillers that are as
/// wide as a letter.
pub(super) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// Is invisible and still part of how a word is spelt.
pub(super) fn is_joiner(character: char) -> bool {
    matches!(character, NON_JOINER | JOINER)
}

/// Makes a difference that can be seen, as RFC 5892 (appendices A.1 and A.2) has it for joiners in
/// domains: after a virama, or between letters that would join.
pub(super) fn is_seen_between(before: &str, joiner: char, after: &str) -> bool {
    let follows_virama =
        before.chars().next_back().is_some_and(|c| canonical_combining_class(c) == VIRAMA);
    follows_virama
        || joiner == NON_JOINER
            && matches!(
                joining_type(before.chars().rev()),
                Some(JoiningType::LeftJoining | JoiningType::DualJoining)
            )
            && matches!(
                joining_type(after.chars()),
                Some(JoiningType::RightJoining | JoiningType::DualJoining)
            )
}

/// How the nearest letter joins; marks on it do not count.
fn joining_type(mut nearest_first: impl Iterator<Item = char>) -> Option<JoiningType> {
    let types = CodePointMapData::<JoiningType>::new();
    nearest_first.find_map(|c| Some(types.get(c)).filter(|&t| t != JoiningType::Transparent))
}

/// Every character of the planes in which Unicode has any, but for the private ones.
#[cfg(test)]
pub(super) fn every_character() -> impl Iterator<Item = char> {
    ('\0'..='\u{3FFFF}').chain('\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_no_mark_is_invisible_or_blank() {
        let invisible = "\0\u{1b}\u{7f}\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{180e}\u{200b}\
             \u{200e}\u{202e}\u{2060}\u{2064}\u{2069}\u{feff}\u{fe0f}\u{fff9}\u{13430}\u{1d173}\
             \u{e0001}\u{e0067}\u{e0100}";
        for character in invisible.chars().chain([NON_JOINER, JOINER]) {
            assert!(is_invisible(character), "{}", character.escape_unicode());
        }
        for character in [' ', '\t', '\n', '\u{85}', '\u{a0}', '\u{2028}', '\u{2800}', '\u{3000}'] {
            assert!(is_blank(character), "{}", character.escape_unicode());
        }
    }

    #[test]
    fn what_leaves_a_mark_is_neither() {
        for character in
            ['a', '-', 'é', '\u{301}', 'ی', 'ก', 'ー', '한', '\u{600}', '😀', '\u{e000}']
        {
            let is_seen = !is_invisible(character) && !is_blank(character);
            assert!(is_seen, "{}", character.escape_unicode());
        }
    }

    #[test]
    fn a_joiner_is_seen_where_the_letters_around_it_would_look_otherwise() {
        for (before, joiner, after) in [
            ("می", NON_JOINER, "خواهم"),
            ("می\u{64b}", NON_JOINER, "\u{64b}خواهم"),
            ("क्", NON_JOINER, "ष"),
            ("ශ්", JOINER, "රී"),
        ] {
            assert!(is_seen_between(before, joiner, after), "{before} {after}");
        }
        for (before, joiner, after) in [
            ("a", NON_JOINER, "b"),
            ("دا", NON_JOINER, "رد"),
            ("می", JOINER, "خواهم"),
            ("می", NON_JOINER, ""),
            ("", NON_JOINER, "خواهم"),
            ("", JOINER, ""),
        ] {
            assert!(!is_seen_between(before, joiner, after), "{before} {after}");
        }
    }
}
