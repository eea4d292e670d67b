use std::fmt;

use icu_properties::CodePointMapData;
use icu_properties::props::GeneralCategory;
use unicode_normalization::UnicodeNormalization as _;

use super::ViolationCode;
use super::characters::{JOINER, is_blank, is_invisible, is_joiner, is_seen_between};

/// The most characters (Unicode scalar values) that a first or last name has.
pub const NAME_MAX_CHARACTERS: usize = 100;

/// What stands in one of the two names of a person who has only one.
const NO_NAME: &str = "-";

/// A first or last name in any script: 1 to [`NAME_MAX_CHARACTERS`] characters in Unicode
/// normalization form C, at least one of them a letter or digit; or `-`, for a person who has no such
/// name.
///
/// What cannot be seen cannot be corrected, so none of it is refused and none is kept, but for the
/// joiners U+200C and U+200D where words are spelt with them, as in Persian and Indic names. Every run of
/// blanks, line breaks and tabs among them, is one space, and there is none at the ends.
///
/// `Debug` hides the value: names are personal data and must not reach a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name as a person typed it.
    pub fn parse(input: &str) -> Result<Self, ViolationCode> {
        if is_plain(input) { Ok(Self(input.to_owned())) } else { Self::parse_any(input) }
    }

    /// Reads a name of any script, however it was typed.
    fn parse_any(input: &str) -> Result<Self, ViolationCode> {
        let name = what_is_seen(input);
        if name.is_empty() {
            return Err(ViolationCode::Required);
        }
        if name.chars().all(|character| character == ' ' || is_dash(character)) {
            return Ok(Self(NO_NAME.to_owned()));
        }
        if name.chars().count() > NAME_MAX_CHARACTERS {
            return Err(ViolationCode::TooLong);
        }
        if !name.chars().any(char::is_alphanumeric) {
            return Err(ViolationCode::NoLetter);
        }
        Ok(Self(name))
    }

    /// The name as it is stored and shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The person has no such name.
    pub fn is_none(&self) -> bool {
        self.0 == NO_NAME
    }
}

/// The name is one already, in Latin letters that neither compose nor hide: nothing has to be done
/// to it. Every character below U+0300 is composed (`NFC_Quick_Check` and the combining class of UAX
/// #15), so this is the short way of most names; the tests compare it with the long one.
fn is_plain(name: &str) -> bool {
    let mut characters = 0;
    let mut has_letter = false;
    let mut last = ' ';
    for character in name.chars() {
        let is_plain = match character {
            ' ' => last != ' ',
            '!'..='~' | '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{2FF}' => true,
            _ => false,
        };
        if !is_plain {
            return false;
        }
        has_letter |= character.is_alphanumeric();
        characters += 1;
        last = character;
    }
    has_letter && last != ' ' && characters <= NAME_MAX_CHARACTERS
}

fn what_is_seen(input: &str) -> String {
    let is_kept = |c: &char| is_joiner(*c) || is_blank(*c) || !is_invisible(*c);
    // Composed first, since the order of marks says whether a joiner follows a virama.
    let composed: String = input.chars().filter(is_kept).nfc().collect();
    let mut name = String::with_capacity(composed.len());
    for word in composed.split(is_blank).map(without_outer_joiners) {
        if word.is_empty() {
            continue;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        name.push_str(word);
    }
    name
}

/// Joiners make no difference at the ends of a word, but for one after a virama: Malayalam spells
/// the letters without a vowel that many of its names end in with it.
fn without_outer_joiners(word: &str) -> &str {
    let word = word.trim_start_matches(is_joiner);
    let bare = word.trim_end_matches(is_joiner);
    match word[bare.len()..].chars().next() {
        Some(joiner @ JOINER) if is_seen_between(bare, joiner, "") => {
            &word[..bare.len() + joiner.len_utf8()]
        }
        _ => bare,
    }
}

/// What the hyphen's key or its neighbours write, on keyboards of any language: dashes of every
/// length, the minus sign, and the long strokes of Arabic and Japanese, which are no name alone.
fn is_dash(character: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(character) == GeneralCategory::DashPunctuation
        || matches!(character, '\u{2212}' | '\u{640}' | '\u{30FC}' | '\u{FF70}')
}

impl fmt::Debug for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PersonName(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::characters::every_character;
    use super::*;

    #[test]
    fn names_of_many_scripts_are_taken_as_they_are() {
        for name in [
            "Ada",
            "O’Brien",
            "O'Brien",
            "Smith-Jones",
            "Þór",
            "Nguyễn",
            "李",
            "佐藤",
            "김",
            "Мария",
            "Ελένη",
            "محمد",
            "می\u{200C}خواهم",
            "נועה",
            "अमित",
            "தமிழ்",
            "ສົມ",
            "ไพศาล",
            "ქეთევან",
            "Արամ",
            "ቤተልሔም",
            "ᏣᎳᎩ",
            "X Æ A-12",
            "d",
            "van der Berg",
            "J. R. R.",
            "𐐀𐐨",
        ] {
            assert_eq!(PersonName::parse(name).map(|n| n.0), Ok(name.nfc().collect()), "{name}");
        }
    }

    #[test]
    fn surrounding_white_space_is_not_part_of_a_name() {
        assert_eq!(PersonName::parse(" \u{3000}Ada\t\n").unwrap().as_str(), "Ada");
    }

    #[test]
    fn composed_and_decomposed_spellings_are_one_name() {
        assert_eq!(PersonName::parse("Zoe\u{308}"), PersonName::parse("Zo\u{eb}"));
    }

    #[test]
    fn a_name_of_white_space_is_required() {
        assert_eq!(PersonName::parse(" \u{a0}\t"), Err(ViolationCode::Required));
    }

    #[test]
    fn a_hundred_characters_fit_and_one_more_does_not() {
        assert!(PersonName::parse(&"ж".repeat(100)).is_ok());
        assert_eq!(PersonName::parse(&"ж".repeat(101)), Err(ViolationCode::TooLong));
    }

    #[test]
    fn what_cannot_be_seen_is_not_part_of_a_name() {
        for input in [
            "\u{feff}Ada",
            "A\0da",
            "A\u{7f}da\u{9f}",
            "\u{202a}Ada\u{202c}",
            "A\u{202e}d\u{2066}a",
            "A\u{200b}d\u{ad}a\u{2060}",
            "Ada\u{200e}\u{200f}",
            "Ad\u{34f}a\u{fe0f}",
            "\u{115f}\u{1160}Ada\u{3164}",
            "Ada\u{180e}\u{e0067}\u{2800}",
            "\u{200d}Ada\u{200c}",
        ] {
            assert_eq!(PersonName::parse(input).unwrap().0, "Ada", "{}", input.escape_unicode());
        }
    }

    #[test]
    fn a_name_of_nothing_that_can_be_seen_is_required() {
        for input in ["\u{feff}", "\u{3164}", "\u{200d}", "\0", " \u{200c} \u{2800}\u{202e}"] {
            assert_eq!(PersonName::parse(input), Err(ViolationCode::Required));
        }
    }

    #[test]
    fn joiners_stay_inside_a_word_and_nowhere_else() {
        let name =
            PersonName::parse("\u{200c}می\u{200c}خواهم\u{200d} \u{200c} شری\u{200d}").unwrap();
        assert_eq!(name.0, "می\u{200c}خواهم شری");
    }

    #[test]
    fn a_joiner_after_a_virama_is_seen_at_the_end_of_a_word_too() {
        let name = "രാജന്\u{200d} അമ്മാള്\u{200d}";
        assert_eq!(PersonName::parse(name).unwrap().0, name);
        assert_eq!(PersonName::parse(&format!("{name}\u{200d}\u{200c}")).unwrap().0, name);
        assert_eq!(PersonName::parse("രാജന്\u{200b}\u{200d}").unwrap().0, "രാജന്\u{200d}");
        assert_eq!(PersonName::parse("രാജന്\u{200c}").unwrap().0, "രാജന്");
    }

    #[test]
    fn white_space_inside_a_name_is_one_space() {
        for input in ["van der Berg", "van\tder\r\nBerg", "van\u{a0}\u{2003} der\u{2028}Berg"] {
            assert_eq!(PersonName::parse(input).unwrap().0, "van der Berg");
        }
    }

    #[test]
    fn any_dash_stands_for_no_name() {
        for input in ["-", " - ", "–", "—", "‐", "−", "－", "--", "- -", "ـ", "ー", "\u{200b}-"]
        {
            let name = PersonName::parse(input).unwrap();
            assert!(name.0 == "-" && name.is_none(), "{input}");
        }
        assert!(!PersonName::parse("Smith-Jones").unwrap().is_none());
        assert!(!PersonName::parse("一").unwrap().is_none(), "a name in China");
    }

    #[test]
    fn punctuation_alone_is_not_a_name() {
        for name in ["'", "…", ".", "_", "?!", "\u{1F600}"] {
            assert_eq!(PersonName::parse(name), Err(ViolationCode::NoLetter), "{name}");
        }
    }

    #[test]
    fn every_letter_is_a_name_and_nothing_invisible_is_stored() {
        for character in every_character() {
            let is_letter = character.is_alphabetic() && !is_invisible(character);
            let of_one = PersonName::parse(&character.to_string());
            assert!(of_one.is_ok() || !is_letter, "{}", character.escape_unicode());
            let inside = PersonName::parse(&format!("A{character}b")).unwrap().0;
            let hidden = |c: char| is_invisible(c) && !is_joiner(c) || is_blank(c) && c != ' ';
            assert!(!inside.contains(hidden), "{}", character.escape_unicode());
        }
    }

    #[test]
    fn debug_output_hides_the_name() {
        assert_eq!(format!("{:?}", PersonName::parse("Ada").unwrap()), "PersonName(hidden)");
    }

    #[test]
    fn names_in_latin_letters_go_the_short_way() {
        for name in ["Ada", "Zoë", "van der Berg", "O'Brien", "X Æ A-12"] {
            assert!(is_plain(name), "{name}");
        }
        for name in ["", " Ada", "Ada ", "A  B", "-", "Zoe\u{308}", "A\u{ad}da", "Мария"] {
            assert!(!is_plain(name), "{name}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_096))]

        #[test]
        fn the_short_way_finds_what_the_long_way_finds(
            input in "[ -~\u{80}-\u{310}]{0,8}|[A-Za-zÀ-ž' -]{0,110}"
        ) {
            if is_plain(&input) {
                prop_assert_eq!(PersonName::parse_any(&input), Ok(PersonName(input)));
            }
        }
    }

    proptest! {
        #[test]
        fn a_parsed_name_keeps_every_promise_and_parses_to_itself(
            input in "\\PC{0,120}|.{0,120}|[\\p{L}\\p{M}\\p{Cf}\\p{Zs}\\p{Pd}]{0,120}"
        ) {
            if let Ok(name) = PersonName::parse(&input) {
                let characters = name.as_str().chars().count();
                prop_assert!((1..=NAME_MAX_CHARACTERS).contains(&characters));
                prop_assert!(!name.as_str().chars().any(|c| is_invisible(c) && !is_joiner(c)));
                prop_assert_eq!(name.as_str().trim(), name.as_str());
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
