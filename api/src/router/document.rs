//! What the OpenAPI document says, against what the parsers do.

use proptest::prelude::*;
use regex::Regex;
use registrar_domain::{
    EMAIL_MAX_CHARACTERS, IDEMPOTENCY_KEY_MAX_CHARACTERS, IDEMPOTENCY_KEY_MIN_CHARACTERS,
    IdempotencyKey,
};
use serde_json::Value;

use crate::router::document as openapi;

fn document() -> Value {
    serde_json::to_value(openapi()).unwrap()
}

/// What the document says of the header.
fn said_of_the_key() -> Value {
    let parameters = document()["paths"]["/register"]["post"]["parameters"].clone();
    let mut parameters = parameters.as_array().unwrap().iter();
    let key = parameters.find(|parameter| parameter["name"] == "Idempotency-Key");
    key.unwrap()["schema"].clone()
}

#[test]
fn an_email_address_is_as_long_as_the_parser_takes_it() {
    let email = &document()["components"]["schemas"]["Registration"]["properties"]["email"];
    assert_eq!(email["maxLength"], EMAIL_MAX_CHARACTERS);
}

#[test]
fn a_key_is_as_long_as_the_parser_takes_it() {
    let said = said_of_the_key();
    assert_eq!(said["minLength"], IDEMPOTENCY_KEY_MIN_CHARACTERS);
    assert_eq!(said["maxLength"], "\"\"".len() + IDEMPOTENCY_KEY_MAX_CHARACTERS);
    let pattern = Regex::new(said["pattern"].as_str().unwrap()).unwrap();
    for length in [1, 15, 16, 17, 254, 255, 256, 257] {
        for key in ["k".repeat(length), format!("\"{}\"", "k".repeat(length))] {
            assert_eq!(pattern.is_match(&key), IdempotencyKey::parse(&key).is_ok(), "{length}");
        }
    }
}

#[test]
fn the_pattern_of_a_key_takes_the_characters_that_the_parser_takes() {
    let pattern = Regex::new(said_of_the_key()["pattern"].as_str().unwrap()).unwrap();
    for character in '\0'..='\u{ff}' {
        let key = format!("0123456{character}89abcdef");
        let is_taken = IdempotencyKey::parse(&key).is_ok();
        assert_eq!(pattern.is_match(&key), is_taken, "{}", character.escape_unicode());
    }
}

proptest! {
    #[test]
    fn a_key_made_by_the_pattern_is_taken(
        key in said_of_the_key()["pattern"].as_str().unwrap().trim_matches(['^', '$'])
    ) {
        prop_assert!(IdempotencyKey::parse(&key).is_ok());
    }
}
