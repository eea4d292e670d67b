//! Characters that a keyboard of another language, or a program that corrects what one types, puts
//! where ASCII was meant. Mail programs do not take them for it, so the mail would go elsewhere.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup, Script};
use icu_properties::script::ScriptWithExtensions;
use idna::uts46::{AsciiDenyList, Hyphens, Uts46};
use unicode_normalization::UnicodeNormalization as _;

/// The first character of either part that looks like ASCII and is not. Domains may have wide letters
/// and dots: every program reads them as the narrow ones (UTS #46).
pub(super) fn find(local_part: &str, domain: &str) -> Option<char> {
    // Browsers send the ASCII form of what was typed.
    let (domain_as_read, _) =
        Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast);
    let misplaced = |part: &str, other_part: &str| {
        let letters = if part.contains(is_letter) { part } else { other_part };
        part.chars().find(|&c| is_misplaced(c, letters))
    };
    let wide = || local_part.chars().find(|&c| !c.is_ascii() && compatible(c).is_some());
    wide()
        .or_else(|| misplaced(local_part, &domain_as_read))
        .or_else(|| misplaced(domain, local_part))
        .or_else(|| misplaced(&domain_as_read, local_part))
}

/// The ASCII that was meant by a character that [`find`] found.
pub(crate) fn meant_by(character: char) -> String {
    if let Some(ascii) = compatible(character) {
        return ascii;
    }
    let meant = if is_digit(character) { digit_value(character) } else { mark(character) };
    meant.unwrap_or(character).to_string()
}

/// A digit of no script that the letters around it have, or a mark that looks like one of ASCII
/// among Latin letters. An address of one script may have digits and marks of its own.
fn is_misplaced(character: char, letters: &str) -> bool {
    if character.is_ascii() {
        false
    } else if is_digit(character) {
        let mut letters = letters.chars().filter(|&c| is_letter(c));
        !letters.any(|letter| is_of_script_of(character, letter))
    } else {
        let mut letters = letters.chars().filter(|&c| is_letter(c) && mark(c).is_none());
        mark(character).is_some() && letters.all(|letter| script(letter) == Script::Latin)
    }
}

fn is_of_script_of(digit: char, letter: char) -> bool {
    ScriptWithExtensions::new().has_script(digit, script(letter))
}

fn script(letter: char) -> Script {
    CodePointMapData::<Script>::new().get(letter)
}

/// What it stands for, where Unicode has it as another form of ASCII: wide, raised or in a circle.
fn compatible(character: char) -> Option<String> {
    let plain: String = [character].into_iter().nfkc().collect();
    (!character.is_ascii() && plain.is_ascii()).then_some(plain)
}

fn is_letter(character: char) -> bool {
    GeneralCategoryGroup::Letter.contains(category(character))
}

fn is_digit(character: char) -> bool {
    category(character) == GeneralCategory::DecimalNumber
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// Unicode has the ten digits of a script in a row, from zero on.
fn digit_value(digit: char) -> Option<char> {
    let before = ('\0'..digit).rev().take_while(|&c| is_digit(c)).count();
    let value = u32::try_from(before % 10).ok()?;
    char::from_digit(value, 10)
}

fn mark(character: char) -> Option<char> {
    match character {
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2BC}' | '\u{2B9}' | '\u{2032}' | '\u{B4}' => {
            Some('\'')
        }
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => Some('-'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::characters::every_character;

    #[test]
    fn what_was_meant_is_known() {
        for (found, meant) in [
            ('٣', "3"),
            ('۹', "9"),
            ('०', "0"),
            ('๕', "5"),
            ('７', "7"),
            ('𝟗', "9"),
            ('²', "2"),
            ('ａ', "a"),
            ('．', "."),
            ('＠', "@"),
            ('ﬁ', "fi"),
            ('’', "'"),
            ('–', "-"),
            ('−', "-"),
        ] {
            assert_eq!(meant_by(found), meant, "{found}");
        }
    }

    #[test]
    fn every_digit_is_one_of_ten() {
        for digit in every_character().filter(|&c| is_digit(c)) {
            assert!(meant_by(digit).parse::<u8>().is_ok_and(|value| value < 10), "{digit}");
        }
    }

    #[test]
    fn digits_and_marks_that_are_not_of_the_letters_around_them_are_found() {
        for (local_part, domain, found) in [
            ("ada۱", "example.com", '۱'),
            ("ada", "example٣.com", '٣'),
            ("१२", "example.com", '१'),
            ("ada１", "example.com", '１'),
            ("ａda", "example.com", 'ａ'),
            ("ada²", "example.com", '²'),
            ("用户１", "例え.jp", '１'),
            ("用户٣", "例え.jp", '٣'),
            ("o’brien", "example.com", '’'),
            ("seánʼs", "example.com", 'ʼ'),
            ("ada", "my–school.example", '–'),
            ("ada", "example１.com", '１'),
            ("ada", "xn--example-e1k.com", '۱'),
        ] {
            assert_eq!(find(local_part, domain), Some(found), "{local_part}@{domain}");
        }
    }

    #[test]
    fn digits_and_marks_of_the_letters_around_them_are_in_their_place() {
        for (local_part, domain) in [
            ("ada1", "example1.com"),
            ("علی۱۲", "example.com"),
            ("علی٣", "example.com"),
            ("۱۲", "مثال.ایران"),
            ("۱۲", "xn--mgbh0fb.xn--mgba3a4f16a"),
            ("संपर्क१२", "डाटामेल.भारत"),
            ("ก๕", "ไทย.ไทย"),
            ("дем’ян", "пошта.укр"),
            ("ada", "ｅｘａｍｐｌｅ。com"),
            ("用户1", "例え.jp"),
        ] {
            assert_eq!(find(local_part, domain), None, "{local_part}@{domain}");
        }
    }
}
