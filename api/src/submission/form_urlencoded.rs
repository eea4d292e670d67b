use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::request::KEY_FIELD;
use super::wrong_media_type::json_sent_as_form;
use super::{FieldValue, Fields};
use crate::problem::{Problem, ProblemKind};

/// Reads what an HTML form sends (<https://url.spec.whatwg.org/#urlencoded-parsing>), but refuses
/// bytes that are not UTF-8: replaced, they would be stored as a name of no person.
pub(super) fn parse(body: &[u8]) -> Result<Fields, Problem> {
    let mut fields = Fields::default();
    let mut begins_as_json = false;
    let pairs = body.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty());
    for (position, pair) in pairs.enumerate() {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        let name = decode(halves.next().unwrap_or_default())?;
        let value = decode(halves.next().unwrap_or_default())?;
        // What encodes a text that begins with a byte order mark encodes the mark too.
        let is_first = position == 0;
        let name = name.strip_prefix('\u{feff}').filter(|_| is_first).unwrap_or(&name);
        begins_as_json |= is_first && name.trim_start().starts_with(['{', '[']);
        if name == KEY_FIELD {
            fields.idempotency_key.add(FieldValue::Text(value));
        } else if let Some(field) = fields.named(name) {
            field.add(FieldValue::Text(value));
        }
    }
    if begins_as_json && !fields.has_any() { Err(json_sent_as_form()) } else { Ok(fields) }
}

fn decode(encoded: &[u8]) -> Result<String, Problem> {
    let spaced: Vec<_> =
        encoded.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    // A percent sign that escapes nothing is itself, as browsers and servers agree.
    percent_decode(&spaced).decode_utf8().map(Cow::into_owned).map_err(|_| {
        Problem::new(
            ProblemKind::MalformedRequest,
            "The form is not in UTF-8. Encode it as UTF-8 before percent-encoding it.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(body: &str, name: &str) -> FieldValue {
        parse(body.as_bytes()).unwrap().named(name).unwrap().clone()
    }

    fn text(value: &str) -> FieldValue {
        FieldValue::Text(value.to_owned())
    }

    #[test]
    fn escapes_and_plus_signs_are_undone() {
        let body = "first_name=Zo%C3%AB+M&last%5Fname=O%27Brien&email=a%2Bb%40example.com&send";
        assert_eq!(field(body, "first_name"), text("Zoë M"));
        assert_eq!(field(body, "last_name"), text("O'Brien"));
        assert_eq!(field(body, "email"), text("a+b@example.com"));
    }

    #[test]
    fn a_percent_sign_that_escapes_nothing_is_itself() {
        for value in ["100%", "%zz", "%4", "%+4"] {
            let expected = value.replace('+', " ");
            assert_eq!(field(&format!("email={value}"), "email"), text(&expected));
        }
    }

    #[test]
    fn what_is_not_there_is_missing_and_what_is_there_twice_is_ambiguous() {
        assert_eq!(field("", "email"), FieldValue::Missing);
        assert_eq!(field("email", "email"), text(""));
        assert_eq!(field("email=a=b", "email"), text("a=b"));
        assert_eq!(field("email=a&&email=b", "email"), FieldValue::Repeated);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_refused() {
        for body in ["first_name=Zo%EB", "%ff=1"] {
            let problem = parse(body.as_bytes()).unwrap_err();
            assert_eq!(problem.kind(), ProblemKind::MalformedRequest);
        }
    }
}
