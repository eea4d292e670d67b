use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::ViolationCode;

/// The most characters (Unicode scalar values) that a first or last name has.
pub const NAME_MAX_CHARACTERS: usize = 100;

/// A first or last name in any script: trimmed, in Unicode normalization form C, with 1 to
/// [`NAME_MAX_CHARACTERS`] characters, at least one of them a letter or digit.
///
/// `Debug` hides the value: names are personal data and must not reach a log.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Reads a name as a person typed it.
    pub fn parse(input: &str) -> Result<Self, ViolationCode> {
        let name: String = input.trim().nfc().collect();
        if name.is_empty() {
            return Err(ViolationCode::Required);
        }
        if name.chars().count() > NAME_MAX_CHARACTERS {
            return Err(ViolationCode::TooLong);
        }
        if name.chars().any(is_forbidden) {
            return Err(ViolationCode::ForbiddenCharacter);
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
}

/// Control characters, line separators, the byte order mark and explicit direction marks, which can
/// make a list of names read as something else (UTS #39). The joiners U+200C and U+200D stay
/// allowed: Persian and Indic names are spelt with them.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
        )
}

impl fmt::Debug for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PersonName(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn line_breaks_and_direction_marks_are_forbidden() {
        for name in ["A\nda", "A\0da", "A\u{7f}da", "A\u{85}da", "A\u{202e}da", "A\u{2066}da"] {
            assert_eq!(
                PersonName::parse(name),
                Err(ViolationCode::ForbiddenCharacter),
                "{}",
                name.escape_unicode()
            );
        }
    }

    #[test]
    fn punctuation_alone_is_not_a_name() {
        for name in ["-", "'", "…", "\u{200d}", "\u{1F600}"] {
            assert_eq!(PersonName::parse(name), Err(ViolationCode::NoLetter), "{name}");
        }
    }

    #[test]
    fn debug_output_hides_the_name() {
        assert_eq!(format!("{:?}", PersonName::parse("Ada").unwrap()), "PersonName(hidden)");
    }

    proptest! {
        #[test]
        fn a_parsed_name_keeps_every_promise_and_parses_to_itself(input in "\\PC{0,120}|.{0,120}") {
            if let Ok(name) = PersonName::parse(&input) {
                let characters = name.as_str().chars().count();
                prop_assert!((1..=NAME_MAX_CHARACTERS).contains(&characters));
                prop_assert!(!name.as_str().chars().any(char::is_control));
                prop_assert_eq!(name.as_str().trim(), name.as_str());
                prop_assert_eq!(PersonName::parse(name.as_str()), Ok(name));
            }
        }
    }
}
