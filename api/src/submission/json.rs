use std::fmt;

use registrar_domain::Field;
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::wrong_media_type::form_sent_as_json;
use super::{FieldValue, Fields};
use crate::problem::{Problem, ProblemKind, ProblemPart};

/// Reads a JSON object. Members it does not know are ignored, so that clients may send more.
pub(super) fn parse(body: &[u8]) -> Result<Fields, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        if error.is_data() {
            Problem::invalid_registration(vec![ProblemPart {
                // RFC 6901: the empty pointer is the whole document.
                pointer: Some(""),
                code: "not_an_object",
                message: "Send a JSON object with first_name, last_name and email.".to_owned(),
                violation: None,
            }])
        } else if str::from_utf8(body).is_err() {
            // Windows PowerShell, for one, sends ISO 8859-1.
            Problem::new(
                ProblemKind::MalformedRequest,
                "The JSON is not in UTF-8. Send it in UTF-8.",
            )
        } else if body.trim_ascii().is_empty() {
            Problem::new(
                ProblemKind::MalformedRequest,
                "The body is empty. Send a JSON object with first_name, last_name and email.",
            )
        } else {
            form_sent_as_json(body).unwrap_or_else(|| {
                Problem::new(
                    ProblemKind::MalformedRequest,
                    format!(
                        "The body is not well-formed JSON: see line {}, column {}.",
                        error.line(),
                        error.column()
                    ),
                )
            })
        }
    })
}

/// By hand, because serde's derived code also takes an array for a struct and cannot say which
/// member came twice.
impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Fields, M::Error> {
                let mut fields = Fields::default();
                // A `null` leaves its field as if it were not there, and yet it was.
                let mut seen = [false; Field::ALL.len()];
                while let Some(Name(name)) = members.next_key()? {
                    let Some(name) = name else {
                        _ = members.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let value = field_value(members.next_value()?);
                    let is_repeated = std::mem::replace(&mut seen[name as usize], true);
                    *fields.field(name) = if is_repeated { FieldValue::Repeated } else { value };
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The name of a member, if it is one of ours.
struct Name(Option<Field>);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name, E> {
                Ok(Name(Field::ALL.into_iter().find(|field| field.name() == name)))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

fn field_value(value: Value) -> FieldValue {
    match value {
        Value::Null => FieldValue::Missing,
        Value::String(text) => FieldValue::Text(text),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            FieldValue::NotText
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: &str, name: &str) -> FieldValue {
        parse(body.as_bytes()).unwrap().named(name).unwrap().clone()
    }

    #[test]
    fn an_object_gives_texts_and_ignores_the_rest() {
        let body = r#"{"first_name": "Zoë", "age": [1, {"x": null}], "email": null}"#;
        assert_eq!(field(body, "first_name"), FieldValue::Text("Zoë".to_owned()));
        assert_eq!(field(body, "last_name"), FieldValue::Missing);
        assert_eq!(field(body, "email"), FieldValue::Missing);
    }

    #[test]
    fn values_of_other_types_and_repeated_members_are_noticed() {
        for value in ["1", "true", "[]", "{}"] {
            assert_eq!(field(&format!(r#"{{"email": {value}}}"#), "email"), FieldValue::NotText);
        }
        for (first, second) in [
            ("\"a\"", "\"b\""),
            ("\"a\"", "\"a\""),
            ("null", "\"a\""),
            ("\"a\"", "null"),
            ("null", "null"),
        ] {
            let body = format!(r#"{{"email": {first}, "em\u0061il": {second}}}"#);
            assert_eq!(field(&body, "email"), FieldValue::Repeated, "{body}");
        }
    }

    #[test]
    fn well_formed_json_that_is_no_object_is_invalid() {
        for body in ["[]", "null", "1", "\"Ada\"", r#"["Ada", "Lovelace", "ada@example.com"]"#] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.errors()[0].code, "not_an_object", "{body}");
        }
    }

    #[test]
    fn broken_json_is_malformed_and_located_by_its_place_not_its_content() {
        let too_deep = format!("{{\"age\": {}", "[".repeat(10_000));
        let bodies: [&[u8]; 7] = [
            b"",
            b"{",
            b"{\"email\": \"secret@example.com\"",
            b"{} {}",
            b"{\"email\": \"\\ud800\"}",
            b"{\"email\": \"\xff\"}",
            too_deep.as_bytes(),
        ];
        for body in bodies {
            let problem = parse(body).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
            assert!(!format!("{problem:?}").contains("secret"));
        }
    }

    #[test]
    fn an_empty_body_is_called_empty() {
        for body in ["", " \r\n"] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert!(format!("{problem:?}").contains("The body is empty."), "{problem:?}");
        }
    }

    #[test]
    fn json_in_another_encoding_is_named() {
        let problem = parse(b"{\"first_name\": \"Zo\xeb\"}").unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
        assert!(format!("{problem:?}").contains("Send it in UTF-8."), "{problem:?}");
    }
}
