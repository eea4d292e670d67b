//! `key=value,key=value`, as OpenTelemetry's variables hold attributes and headers.
//!
//! The library leaves out what it does not understand and decodes only headers; here all is decoded,
//! and what cannot be is refused.

use std::fmt;

use opentelemetry_otlp::tonic_types::metadata::MetadataMap;
use percent_encoding::percent_decode_str;

const RULE: &str = "it must be key=value pairs separated by commas, and in values commas, percent \
                    signs and the like must be written as %2C and %25";

/// Attributes, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValues(pub(super) Vec<(String, String)>);

/// Headers. They may log in somewhere, so they show nowhere.
#[derive(Clone)]
pub struct Headers(pub(super) MetadataMap);

impl fmt::Debug for Headers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Headers(***)")
    }
}

pub(super) fn key_values(text: &str) -> Result<KeyValues, String> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs.map(key_value).collect::<Option<_>>().map(KeyValues).ok_or_else(|| RULE.to_owned())
}

fn key_value(pair: &str) -> Option<(String, String)> {
    let (key, value) = pair.split_once('=')?;
    let (key, value) = (decoded(key.trim())?, decoded(value.trim())?);
    (!key.is_empty()).then_some((key, value))
}

/// `None` when a `%` is not followed by two hexadecimal digits, or when it is no UTF-8.
fn decoded(text: &str) -> Option<String> {
    let is_escape =
        |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

pub(super) fn headers(text: &str) -> Result<Headers, String> {
    let KeyValues(pairs) = key_values(text)?;
    let headers = pairs.iter().map(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?)));
    let headers = headers.collect::<Option<_>>().ok_or("a name or a value cannot be a header's")?;
    Ok(Headers(MetadataMap::from_headers(headers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        key_values(text).unwrap().0
    }

    #[test]
    fn values_are_decoded_and_may_hold_an_equals_sign() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        for (text, expected) in [
            ("", vec![]),
            ("a=1", vec![pair("a", "1")]),
            (" a = 1 , b=2,", vec![pair("a", "1"), pair("b", "2")]),
            ("a=one%20two%2C%20three", vec![pair("a", "one two, three")]),
            ("a=b=c", vec![pair("a", "b=c")]),
            ("a=", vec![pair("a", "")]),
            ("a%2Eb=%C3%BC", vec![pair("a.b", "ü")]),
        ] {
            assert_eq!(pairs(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_pair_refuses_all() {
        for text in ["a", "a=1,b", "=1", "a=%", "a=%2", "a=%zz", "a=%ff", "a=100%"] {
            assert_eq!(key_values(text), Err(RULE.to_owned()), "{text}");
        }
    }

    #[test]
    fn headers_are_decoded_and_hidden() {
        let Headers(map) = headers("authorization=Bearer%20hunter2,X-Scope=one").unwrap();
        assert_eq!(map.get("authorization").unwrap(), "Bearer hunter2");
        assert_eq!(map.get("x-scope").unwrap(), "one");
        assert_eq!(format!("{:?}", Headers(map)), "Headers(***)");
        for text in ["a b=1", "a=line%0Afeed"] {
            assert!(headers(text).is_err(), "{text}");
        }
    }
}
