use registrar_domain::NAME_MAX_CHARACTERS;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// A name as `PersonName` takes it: with a letter that is not one of Hangul's invisible ones, with a
/// digit, or a dash. In the dialect of JSON Schema: ECMA-262 with the flag `u`.
const PATTERN: &str =
    r"[^\P{Alphabetic}\u115F\u1160\u3164\uFFA0]|\p{N}|^[\s\p{Pd}\u2212]*[\p{Pd}\u2212]\s*$";

pub(super) fn first_name() -> Object {
    name("Ada")
}

pub(super) fn last_name() -> Object {
    name("Lovelace")
}

fn name(example: &str) -> Object {
    let description = format!(
        "1 to {NAME_MAX_CHARACTERS} characters of any script, with at least one letter or digit; \
         `-` when the student has only one name, in one of the two fields. What cannot be seen is \
         left out, and a run of white space is one space."
    );
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(description))
        .min_length(Some(1))
        .max_length(Some(NAME_MAX_CHARACTERS))
        .pattern(Some(PATTERN))
        .examples([example])
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use regex::Regex;
    use registrar_domain::PersonName;
    use serde_json::Value;
    use utoipa::PartialSchema as _;

    use crate::submission::Fields;

    static SAID: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(Fields::schema()).unwrap()["properties"].clone());
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(SAID["first_name"]["pattern"].as_str().unwrap()).unwrap());

    fn length(bound: &str) -> usize {
        usize::try_from(SAID["first_name"][bound].as_u64().unwrap()).unwrap()
    }

    /// As a validator does it.
    fn is_said_to_be_taken(name: &str) -> bool {
        let is_as_long =
            (length("minLength")..=length("maxLength")).contains(&name.chars().count());
        is_as_long && PATTERN.is_match(name)
    }

    #[test]
    fn both_names_are_said_to_be_the_same() {
        for said in ["pattern", "minLength", "maxLength", "description"] {
            assert!(!SAID["first_name"][said].is_null());
            assert_eq!(SAID["first_name"][said], SAID["last_name"][said]);
        }
    }

    #[test]
    fn the_bounds_of_the_document_are_those_of_the_parser() {
        for (characters, is_taken) in [(0, false), (1, true), (100, true), (101, false)] {
            let name = "ж".repeat(characters);
            assert_eq!(is_said_to_be_taken(&name), is_taken, "{characters}");
            assert_eq!(PersonName::parse(&name).is_ok(), is_taken, "{characters}");
        }
    }

    #[test]
    fn every_character_that_the_document_takes_for_a_name_is_one() {
        for character in '\0'..='\u{3FFFF}' {
            let name = character.to_string();
            let is_taken = PersonName::parse(&name).is_ok();
            assert!(is_taken || !is_said_to_be_taken(&name), "{}", character.escape_unicode());
        }
    }

    proptest! {
        #[test]
        fn what_the_document_takes_is_taken(
            name in "\\PC{0,9}[\\p{Alphabetic}\\p{N}]\\PC{0,9}|.{1,30}|[\\s\\p{Pd}\u{2212}]{1,9}"
        ) {
            prop_assert!(PersonName::parse(&name).is_ok() || !is_said_to_be_taken(&name));
        }

        #[test]
        fn what_is_taken_is_in_the_document(
            name in "\\PC{0,120}|[\\p{P}\\p{S}]{1,9}|[\\s\\p{Pd}\u{2212}]{1,9}|[\\p{M}\\p{P} ]{1,9}"
        ) {
            let parsed = PersonName::parse(&name);
            prop_assert!(parsed.map_or(true, |name| is_said_to_be_taken(name.as_str())));
        }
    }
}
