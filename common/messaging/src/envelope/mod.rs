pub(crate) mod decode_error;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use registrar_domain::{Registration, RegistrationId, Student};
use registrar_telemetry::text::push_time;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use self::decode_error::DecodeError;

/// The version that is written; also part of the message's `type` property. A new one is written
/// one release after it can be read, so that workers of both releases read what APIs of both write.
const WRITTEN: u64 = 1;
/// The versions that are read: the one before what is written, and the one that comes next once
/// there is one.
const READ: RangeInclusive<u64> = 1..=1;
/// RFC 3339 has four digits for the year.
const YEARS: RangeInclusive<i32> = 0..=9999;
/// As of [`WRITTEN`].
const BEFORE: &[u8] = br#"{"version":1,"registrations":["#;
const AFTER: &[u8] = br#"],"import":null}"#;
pub(crate) const ENCLOSURE_LEN: usize = BEFORE.len() + AFTER.len();
/// What most registrations fit into.
const REGISTRATION_BYTES: usize = 256;
const TIME_BYTES: usize = "2026-01-02T03:04:05.000006Z".len();

/// The most registrations of a message that are split, or read from its headers: it bounds what a
/// message of others costs.
pub(crate) const MOST_READ: usize = 512;

/// What one message carries: a registration from the form, or a chunk of an import.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The registrations, in the order in which they were accepted.
    pub registrations: Vec<Registration>,
    /// What an import says about this chunk; nothing for the form and single API calls.
    pub import: Option<serde_json::Value>,
}

impl Envelope {
    /// The envelope of one registration that belongs to no import.
    pub fn from_registration(registration: Registration) -> Self {
        Self { registrations: vec![registration], import: None }
    }

    /// The message's body, in the current version of the format.
    pub fn encode(&self) -> Vec<u8> {
        let wire = Wire {
            version: WRITTEN,
            registrations: self.registrations.iter().map(WireRegistration::from).collect(),
            import: self.import.as_ref().map(Cow::Borrowed),
        };
        to_json(&wire)
    }

    /// Reads a message's body. Members that this version does not know are passed over, so that a
    /// newer API may add some without a new version.
    pub fn decode(body: &[u8]) -> Result<Self, DecodeError> {
        let wire: Wire<'_> = match serde_json::from_slice(body) {
            Ok(wire) => wire,
            // Another version may have any content, so this may be no error in it.
            Err(error) => return Err(known_version(body).err().unwrap_or(not_ours(&error))),
        };
        only_known(wire.version)?;
        if wire.registrations.is_empty() && wire.import.is_none() {
            return Err(DecodeError::Empty);
        }
        let registrations = wire.registrations.iter().enumerate().map(|(i, r)| r.parse(i));
        Ok(Self {
            registrations: registrations.collect::<Result<_, _>>()?,
            import: wire.import.map(Cow::into_owned),
        })
    }
}

/// Reads the version and nothing else.
fn known_version(body: &[u8]) -> Result<(), DecodeError> {
    let Version { version } = serde_json::from_slice(body).map_err(|e| not_ours(&e))?;
    only_known(version)
}

fn only_known(version: u64) -> Result<(), DecodeError> {
    if READ.contains(&version) { Ok(()) } else { Err(DecodeError::UnknownVersion(version)) }
}

/// One registration as it stands in an envelope.
pub(crate) fn encode_registration(registration: &Registration) -> Vec<u8> {
    let mut json = Vec::with_capacity(REGISTRATION_BYTES);
    #[expect(clippy::expect_used, reason = "strings always become JSON")]
    serde_json::to_writer(&mut json, &WireRegistration::from(registration))
        .expect("strings always become JSON");
    json
}

/// What [`Envelope::encode`] gives for registrations that are encoded already and of no import.
pub(crate) fn enclose<'a>(registrations: impl Iterator<Item = &'a [u8]> + Clone) -> Vec<u8> {
    let commas = registrations.clone().map(|registration| registration.len() + 1);
    let mut body = Vec::with_capacity(ENCLOSURE_LEN + commas.sum::<usize>());
    body.extend_from_slice(BEFORE);
    for (position, registration) in registrations.enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.extend_from_slice(registration);
    }
    body.extend_from_slice(AFTER);
    body
}

fn to_json(wire: &Wire<'_>) -> Vec<u8> {
    #[expect(clippy::expect_used, reason = "strings, numbers and JSON always become JSON")]
    serde_json::to_vec(wire).expect("strings, numbers and JSON always become JSON")
}

/// Without serde's own message, which quotes values: they are personal data.
fn not_ours(error: &serde_json::Error) -> DecodeError {
    DecodeError::NotAnEnvelope {
        kind: match error.classify() {
            serde_json::error::Category::Data => "other content",
            serde_json::error::Category::Eof => "cut off",
            serde_json::error::Category::Syntax | serde_json::error::Category::Io => "not JSON",
        },
        column: error.column(),
    }
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

/// Borrowed from the message, or from what becomes one.
#[derive(Deserialize, Serialize)]
struct Wire<'a> {
    version: u64,
    #[serde(borrow)]
    registrations: Vec<WireRegistration<'a>>,
    import: Option<Cow<'a, serde_json::Value>>,
}

#[derive(Deserialize, Serialize)]
struct WireRegistration<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    first_name: Cow<'a, str>,
    #[serde(borrow)]
    last_name: Cow<'a, str>,
    #[serde(borrow)]
    email: Cow<'a, str>,
    #[serde(borrow)]
    accepted_at: Cow<'a, str>,
}

impl<'a> From<&'a Registration> for WireRegistration<'a> {
    fn from(registration: &'a Registration) -> Self {
        let Registration { id, student, accepted_at } = registration;
        Self {
            id: id.to_string().into(),
            first_name: student.first_name().as_str().into(),
            last_name: student.last_name().as_str().into(),
            email: student.email().as_str().into(),
            accepted_at: to_the_microsecond(*accepted_at).into(),
        }
    }
}

impl WireRegistration<'_> {
    fn parse(&self, index: usize) -> Result<Registration, DecodeError> {
        let broken = |rule: String| DecodeError::InvalidRegistration { index, rule };
        let id = RegistrationId::parse(&self.id).ok_or_else(|| broken("id".to_owned()))?;
        let accepted_at = OffsetDateTime::parse(&self.accepted_at, &Rfc3339)
            .ok()
            .and_then(|moment| moment.checked_to_offset(UtcOffset::UTC))
            // At the ends of time the year in UTC may be one that the format cannot write.
            .filter(|moment| YEARS.contains(&moment.year()))
            .ok_or_else(|| broken("accepted_at".to_owned()))?;
        let student = Student::parse(&self.first_name, &self.last_name, &self.email)
            .map_err(|violations| broken(violations.to_string()))?;
        Ok(Registration { id, student, accepted_at })
    }
}

/// RFC 3339 with exactly the precision that the database keeps.
fn to_the_microsecond(moment: OffsetDateTime) -> String {
    let mut text = String::with_capacity(TIME_BYTES);
    push_time(&mut text, moment.to_offset(UtcOffset::UTC));
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use registrar_domain::HoldReason;
    use time::macros::datetime;

    use super::*;

    const ONE: &str = include_str!("../golden/one-v1.json");
    const CHUNK: &str = include_str!("../golden/chunk-v1.json");

    fn ada() -> Registration {
        Registration {
            id: RegistrationId::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap(),
            student: Student::parse("Ada", "Lovelace", "ada@example.com").unwrap(),
            accepted_at: datetime!(2026-01-02 03:04:05.000_006 UTC),
        }
    }

    fn chunk() -> Envelope {
        let zoe = Registration {
            id: RegistrationId::parse("6f31fb63-9861-8604-a885-abb177acdfae").unwrap(),
            student: Student::parse("Zoë", "O’Neill \"Zed\"", "zoë@bücher.example").unwrap(),
            accepted_at: datetime!(2026-12-31 23:59:59.999_999 UTC),
        };
        let import = Some(serde_json::json!({"id": "i-1", "chunk": 2}));
        Envelope { registrations: vec![ada(), zoe], import }
    }

    fn reason(body: &str) -> HoldReason {
        Envelope::decode(body.as_bytes()).unwrap_err().reason()
    }

    #[test]
    fn the_wire_format_never_changes() {
        for (envelope, golden) in [(Envelope::from_registration(ada()), ONE), (chunk(), CHUNK)] {
            assert_eq!(String::from_utf8(envelope.encode()).unwrap(), golden.trim_end());
            assert_eq!(Envelope::decode(golden.as_bytes()), Ok(envelope));
        }
    }

    /// Those of a version stay for as long as it is read.
    #[test]
    fn the_version_that_is_written_and_the_one_before_are_read_as_their_golden_files_have_them() {
        let before = WRITTEN.saturating_sub(1).max(1);
        assert!((before..=WRITTEN).all(|version| READ.contains(&version)), "{READ:?}");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/golden");
        for version in READ {
            for (name, envelope) in
                [("one", Envelope::from_registration(ada())), ("chunk", chunk())]
            {
                let path = format!("{folder}/{name}-v{version}.json");
                let body = std::fs::read(&path).expect(&path);
                let found: Version = serde_json::from_slice(&body).unwrap();
                assert_eq!(found.version, version, "{path}");
                assert_eq!(Envelope::decode(&body), Ok(envelope), "{path}");
            }
        }
    }

    #[test]
    fn members_from_the_future_are_passed_over() {
        let body = ONE.replacen('{', r#"{"colour":"blue","#, 2);
        assert_eq!(Envelope::decode(body.as_bytes()), Ok(Envelope::from_registration(ada())));
    }

    #[test]
    fn another_time_zone_is_the_same_moment() {
        let body = ONE.replace("03:04:05.000006Z", "05:04:05.000006+02:00");
        assert_eq!(Envelope::decode(body.as_bytes()), Ok(Envelope::from_registration(ada())));
    }

    #[test]
    fn a_time_that_utc_cannot_tell_in_four_digits_breaks_a_rule() {
        for ends_of_time in ["0000-01-01T00:00:00+01:00", "9999-12-31T23:30:00-01:00"] {
            let body = ONE.replace("2026-01-02T03:04:05.000006Z", ends_of_time);
            assert_eq!(reason(&body), HoldReason::InvalidRegistration, "{ends_of_time}");
        }
    }

    #[test]
    fn what_is_no_envelope_is_undecodable() {
        let cut = &ONE[..40];
        let nothing_in_it = r#"{"version":1,"registrations":[],"import":null}"#;
        let no_version = ONE.replace("version", "edition");
        for body in ["", "hello", "[]", "{}", "\u{0}", cut, nothing_in_it, &no_version] {
            assert_eq!(reason(body), HoldReason::Undecodable, "{body}");
        }
        assert!(Envelope::decode(b"\xff\xfe").is_err());
    }

    #[test]
    fn an_unknown_version_is_distinguished_from_rubbish() {
        assert_eq!(reason(r#"{"version":2,"anything":true}"#), HoldReason::UnknownVersion);
        assert_eq!(reason(r#"{"version":0}"#), HoldReason::UnknownVersion);
    }

    #[test]
    fn a_registration_that_breaks_a_rule_is_invalid() {
        for (right, wrong) in [
            ("Ada", " "),
            ("ada@example.com", "no address"),
            ("0199d3c4-5a00", "not-an-id"),
            ("2026-01-02", "yesterday"),
        ] {
            let body = ONE.replace(right, wrong);
            assert_eq!(reason(&body), HoldReason::InvalidRegistration, "{wrong}");
        }
    }

    #[test]
    fn errors_and_fingerprints_are_stable_and_hold_no_personal_data() {
        let cases = [
            (ONE.replace("ada@example.com", "hidden"), "invalid_registration:email: invalid_email"),
            (ONE.replace("\"Ada\"", "[\"hidden\"]"), "undecodable:other content"),
            (ONE.replace("\"Ada\"", "hidden"), "undecodable:not JSON"),
            (r#"{"version":7,"hidden":1}"#.to_owned(), "unknown_version:7"),
        ];
        for (body, fingerprint) in cases {
            let error = Envelope::decode(body.as_bytes()).unwrap_err();
            assert_eq!(error.fingerprint(), fingerprint);
            assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
        }
    }

    prop_compose! {
        fn any_registration()(
            id: [u8; 16],
            names in ("[\\p{L}][\\p{L} '-]{0,40}", "[\\p{L}\"\\\\][\\p{L} \"\\\\]{0,40}"),
            local_part in "[a-z0-9]{1,20}",
            microseconds in 0..4_000_000_000_000_000_i64,
        ) -> Option<Registration> {
            let email = format!("{local_part}@example.com");
            let since_epoch = time::Duration::microseconds(microseconds);
            Some(Registration {
                id: RegistrationId::from_bytes(id),
                student: Student::parse(&names.0, &names.1, &email).ok()?,
                accepted_at: OffsetDateTime::UNIX_EPOCH + since_epoch,
            })
        }
    }

    proptest! {
        #[test]
        fn every_envelope_comes_back(registrations in prop::collection::vec(
            any_registration().prop_filter_map("names break a rule", |r| r), 1..5)
        ) {
            let envelope = Envelope { registrations, import: None };
            prop_assert_eq!(Envelope::decode(&envelope.encode()), Ok(envelope));
        }

        #[test]
        fn registrations_that_are_encoded_one_by_one_are_the_same_envelope(
            registrations in prop::collection::vec(
                any_registration().prop_filter_map("names break a rule", |r| r), 1..5)
        ) {
            let each: Vec<_> = registrations.iter().map(encode_registration).collect();
            let body = enclose(each.iter().map(Vec::as_slice));
            prop_assert_eq!(body, Envelope { registrations, import: None }.encode());
        }

        #[test]
        fn no_bytes_make_it_fail(body: Vec<u8>) {
            prop_assert!(Envelope::decode(&body).is_err());
        }
    }
}
