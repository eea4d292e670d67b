//! A message's body without personal data: its shape is enough to see what is wrong with it.

use registrar_domain::RegistrationId;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// The members that our own messages have. Another name may hold personal data.
const KNOWN_MEMBERS: [&str; 8] =
    ["version", "registrations", "import", "id", "first_name", "last_name", "email", "accepted_at"];

/// The body as JSON of the same shape, with everything masked that may be personal; a body that is
/// not JSON is only measured.
pub(super) fn masked(body: &[u8]) -> Value {
    match serde_json::from_slice(body) {
        Ok(value) => mask("", value),
        Err(_) => json!(format!("not JSON, {} bytes", body.len())),
    }
}

/// The body as it is: JSON, else text, else bytes in hexadecimal digits.
pub(super) fn revealed(body: &[u8]) -> Value {
    if let Ok(value) = serde_json::from_slice(body) {
        return value;
    }
    match std::str::from_utf8(body) {
        Ok(text) => json!(text),
        Err(_) => json!(format!("{body:02x?}")),
    }
}

fn mask(member: &str, value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(mask_members(members)),
        Value::Array(items) => items.into_iter().map(|item| mask(member, item)).collect(),
        Value::String(text) if is_harmless(member, &text) => Value::String(text),
        // How long it is may be what is wrong.
        Value::String(text) => json!(format!("*** (length {})", text.chars().count())),
        Value::Number(number) if member == "version" => Value::Number(number),
        Value::Number(_) => json!("*** (number)"),
        Value::Bool(_) => json!("*** (boolean)"),
        Value::Null => Value::Null,
    }
}

fn mask_members(members: Map<String, Value>) -> Map<String, Value> {
    let mut unknown = 0;
    let mask_member = |(name, value): (String, Value)| {
        let value = mask(&name, value);
        if KNOWN_MEMBERS.contains(&name.as_str()) {
            return (name, value);
        }
        unknown += 1;
        (format!("*** (member {unknown})"), value)
    };
    members.into_iter().map(mask_member).collect()
}

fn is_harmless(member: &str, text: &str) -> bool {
    match member {
        "id" => RegistrationId::parse(text).is_some(),
        "accepted_at" => OffsetDateTime::parse(text, &Rfc3339).is_ok(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use registrar_domain::{Registration, Student};
    use registrar_messaging::Envelope;

    use super::*;

    #[test]
    fn a_registration_shows_its_id_and_its_times_only() {
        let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
        let registration = Registration::now(RegistrationId::generate(), student);
        let id = registration.id.to_string();
        let shown = masked(&Envelope::from_registration(registration).encode());
        let one = &shown["registrations"][0];
        assert_eq!((&shown["version"], &one["id"]), (&json!(1), &json!(id)));
        assert!(one["accepted_at"].as_str().unwrap().starts_with("20"));
        assert_eq!(one["first_name"], "*** (length 3)");
        let text = shown.to_string();
        assert!(!text.contains("Ada") && !text.contains("Love") && !text.contains("example"));
    }

    #[test]
    fn nothing_of_a_foreign_message_is_shown() {
        for body in [
            r#"{"Ada":{"Lovelace":1815,"ada":true}}"#,
            r#"{"id":"Ada","accepted_at":"Ada","version":"Ada","email":["Ada",{"id":1815}]}"#,
            r#"["Ada",1815]"#,
            r#""Ada""#,
            "1815",
            "Ada 1815",
            "{\"Ada\":\"1815",
        ] {
            let shown = masked(body.as_bytes()).to_string();
            let secret = ["Ada", "ada", "Lovelace", "1815"].into_iter().find(|s| shown.contains(s));
            assert_eq!(secret, None, "{shown}");
        }
    }

    #[test]
    fn members_that_are_not_known_keep_their_place() {
        let shown = masked(br#"{"ada":1,"version":2,"lovelace":null}"#);
        let expected =
            json!({"version": 2, "*** (member 1)": "*** (number)", "*** (member 2)": null});
        assert_eq!(shown, expected);
    }

    #[test]
    fn revealed_is_the_message_as_it_is() {
        assert_eq!(
            revealed(br#"{"email":"ada@example.com"}"#),
            json!({"email": "ada@example.com"})
        );
        assert_eq!(revealed(b"not JSON"), json!("not JSON"));
        assert_eq!(revealed(b"\xff\x00"), json!("[ff, 00]"));
    }
}
