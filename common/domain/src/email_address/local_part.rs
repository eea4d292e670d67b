//! What stands before the @: RFC 5321, section 4.1.2, with the letters of RFC 6531, section 3.3.

use std::borrow::Cow;

/// The most bytes that RFC 5321 (section 4.5.3.1.1) lets every mail server take.
pub(super) const LOCAL_PART_MAX_BYTES: usize = 64;
/// ASCII that needs no quotes, beside letters and digits (RFC 5322, section 3.2.3).
const MARKS: &str = "!#$%&'*+-/=?^_`{|}~";

/// The address at the @ between its parts; `None` when there is none. Quotes may hold another.
pub(super) fn split(address: &str) -> Option<(&str, &str)> {
    if !address.starts_with('"') {
        return address.split_once('@');
    }
    let mut is_escaped = false;
    for (at, character) in address.char_indices().skip(1) {
        match character {
            '"' if !is_escaped => {
                let (quoted, rest) = address.split_at(at + 1);
                return Some((quoted, rest.strip_prefix('@')?));
            }
            _ => is_escaped = character == '\\' && !is_escaped,
        }
    }
    None
}

/// What the local part says, without quotes and escapes; `None` when it says nothing, or not by the
/// grammar. What cannot be seen has been looked for before.
pub(super) fn content(local_part: &str) -> Option<Cow<'_, str>> {
    let Some(quoted) = local_part.strip_prefix('"') else {
        return is_dot_atom(local_part).then_some(Cow::Borrowed(local_part));
    };
    let mut characters = quoted.strip_suffix('"')?.chars();
    let mut content = String::with_capacity(local_part.len());
    while let Some(character) = characters.next() {
        content.push(match character {
            '\\' => characters.next().filter(|c| matches!(c, ' '..='~'))?,
            '"' => return None,
            other => other,
        });
    }
    (!content.is_empty()).then_some(Cow::Owned(content))
}

/// The one spelling of this content: with quotes only where it needs them.
pub(super) fn spelt(content: &str) -> String {
    if is_dot_atom(content) {
        return content.to_owned();
    }
    let mut quoted = String::with_capacity(content.len() + 2);
    quoted.push('"');
    for character in content.chars() {
        if matches!(character, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted.push('"');
    quoted
}

pub(super) fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_character))
}

fn is_atom_character(character: char) -> bool {
    !character.is_ascii() || character.is_ascii_alphanumeric() || MARKS.contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_split_at_the_at_sign_that_is_not_quoted() {
        assert_eq!(split("ada@example.com"), Some(("ada", "example.com")));
        assert_eq!(split("\"a@b\"@example.com"), Some(("\"a@b\"", "example.com")));
        assert_eq!(split("\"a\\\"@b\"@example.com"), Some(("\"a\\\"@b\"", "example.com")));
        assert_eq!(split("ada@bob@example.com"), Some(("ada", "bob@example.com")));
        for input in ["ada", "", "\"ada@example.com", "\"ada\"example.com", "\"ada\\\"@example.com"]
        {
            assert_eq!(split(input), None, "{input}");
        }
    }

    #[test]
    fn quotes_and_escapes_that_are_not_needed_are_no_difference() {
        for (local_part, one_spelling) in [
            ("ada", "ada"),
            ("\"ada\"", "ada"),
            ("\"a\\d\\a\"", "ada"),
            ("\"ada.l\"", "ada.l"),
            ("\"a b\"", "\"a b\""),
            ("\"a\\ b\"", "\"a b\""),
            ("\"a\\\"\\\\b\"", "\"a\\\"\\\\b\""),
            ("\"a..b\"", "\"a..b\""),
            ("\"जोसे\"", "जोसे"),
        ] {
            let content = content(local_part).unwrap();
            assert_eq!(spelt(&content), one_spelling, "{local_part}");
        }
    }

    #[test]
    fn what_the_grammar_does_not_have_is_no_local_part() {
        for local_part in [
            "",
            ".a",
            "a.",
            "a..b",
            "a b",
            "a\"b",
            "a(b)",
            "a,b",
            "\"\"",
            "\"",
            "\"a\"b\"",
            "\"a\\é\"",
        ] {
            assert_eq!(content(local_part), None, "{local_part}");
        }
    }
}
