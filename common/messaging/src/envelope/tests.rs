use proptest::prelude::*;
use registrar_domain::{
    FailedRow, Field, HoldReason, ImportId, ImportManifest, Importer, RowError,
};
use time::macros::datetime;

use super::import::{ImportCancellation, ImportChunk, ImportContent};

use super::*;

const ONE: &str = include_str!("../golden/one-v1.json");
const CHUNK: &str = include_str!("../golden/chunk-v1.json");
const MANIFEST: &str = include_str!("../golden/manifest-v1.json");
const CANCELLATION: &str = include_str!("../golden/cancellation-v1.json");

fn ada() -> Registration {
    Registration {
        id: RegistrationId::parse("0199d3c4-5a00-7000-8000-000000000001").unwrap(),
        student: Student::parse("Ada", "Lovelace", "ada@example.com").unwrap(),
        accepted_at: datetime!(2026-01-02 03:04:05.000_006 UTC),
        import: None,
    }
}

const IMPORT: &str = "0199d3c4-5a00-7000-8000-000000000009";

fn row(row: u32) -> ImportRow {
    ImportRow { import: ImportId::parse(IMPORT).unwrap(), row }
}

fn chunk() -> Envelope {
    let zoe = Registration {
        id: RegistrationId::parse("6f31fb63-9861-8604-a885-abb177acdfae").unwrap(),
        student: Student::parse("Zoë", "O’Neill \"Zed\"", "zoë@bücher.example").unwrap(),
        accepted_at: datetime!(2026-12-31 23:59:59.999_999 UTC),
        import: Some(row(17)),
    };
    let errors = vec![
        RowError::new(Some(Field::Email), "invalid_email", "Enter an email address."),
        RowError::new(None, "too_few_cells", "Fill in all three columns."),
    ];
    let values = ["'=Eda", "", "eda@"].map(str::to_owned);
    let invalid = vec![FailedRow { row: 4, values, errors }];
    let chunk = ImportChunk { first_row: 2, rows: 3, invalid };
    let import = Some(part(ImportContent::Chunk(chunk)));
    let ada = Registration { import: Some(row(2)), ..ada() };
    Envelope { registrations: vec![ada, zoe], import }
}

fn manifest() -> Envelope {
    let manifest = ImportManifest {
        rows: 3,
        bytes: 321,
        sha256: "ab".repeat(32),
        understood: serde_json::json!({"encoding": "UTF-8"}),
        broken_off: Some("upload_broken_off".to_owned()),
    };
    let import = Some(part(ImportContent::Manifest(manifest)));
    Envelope { registrations: Vec::new(), import }
}

fn cancellation() -> Envelope {
    let import = Some(part(ImportContent::Cancellation(ImportCancellation {})));
    Envelope { registrations: Vec::new(), import }
}

fn part(content: ImportContent) -> ImportPart {
    ImportPart {
        id: ImportId::parse(IMPORT).unwrap(),
        importer: Importer::parse("north-school").unwrap(),
        key: 7,
        file_name: Some("students \"2026\".csv".to_owned()),
        content,
    }
}

fn reason(body: &str) -> HoldReason {
    Envelope::decode(body.as_bytes()).unwrap_err().reason()
}

#[test]
fn the_wire_format_never_changes() {
    for (envelope, golden) in [
        (Envelope::from_registration(ada()), ONE),
        (chunk(), CHUNK),
        (manifest(), MANIFEST),
        (cancellation(), CANCELLATION),
    ] {
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
        for (name, envelope) in [
            ("one", Envelope::from_registration(ada())),
            ("chunk", chunk()),
            ("manifest", manifest()),
            ("cancellation", cancellation()),
        ] {
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
fn members_of_an_import_from_the_future_are_passed_over() {
    for (golden, envelope) in
        [(CHUNK, chunk()), (MANIFEST, manifest()), (CANCELLATION, cancellation())]
    {
        let body = golden.replace(r#""key":7"#, r#""key":7,"colour":"blue""#);
        assert_eq!(Envelope::decode(body.as_bytes()), Ok(envelope));
    }
}

#[test]
fn a_chunk_says_whether_it_is_whole_and_has_a_row_for_each_registration() {
    assert!(chunk().is_whole_chunk());
    let part = CHUNK.replace(r#""rows":3"#, r#""rows":4"#);
    assert!(!Envelope::decode(part.as_bytes()).unwrap().is_whole_chunk());
    assert!(!manifest().is_whole_chunk());
    let without_row = CHUNK.replace(r#","row":17}"#, "}");
    assert_eq!(reason(&without_row), HoldReason::InvalidRegistration);
}

#[test]
fn a_row_says_nothing_where_there_is_no_import() {
    let body = ONE.replace(r#"Z"}"#, r#"Z","row":17}"#);
    assert_ne!(body, ONE);
    assert_eq!(Envelope::decode(body.as_bytes()), Ok(Envelope::from_registration(ada())));
}

#[test]
fn an_import_that_is_not_as_it_must_be_is_undecodable_and_says_no_value() {
    for (right, wrong) in [
        ("north-school", "hidden name"),
        (r#""id":"0199d3c4-5a00-7000-8000-000000000009""#, r#""id":"hidden""#),
        (r#""manifest":"#, r#""hidden":"#),
        (r#""bytes":321"#, r#""bytes":"hidden""#),
    ] {
        let error = Envelope::decode(MANIFEST.replace(right, wrong).as_bytes()).unwrap_err();
        assert_eq!(error.reason(), HoldReason::Undecodable, "{wrong}");
        assert!(!format!("{error} {error:?}").contains("hidden"), "{error:?}");
    }
}

#[test]
fn the_messages_of_an_import_have_ids_of_their_own() {
    let id = |envelope: Envelope| envelope.import.unwrap().message_id();
    assert_eq!(id(chunk()), format!("{IMPORT}-2"));
    assert_eq!(id(manifest()), format!("{IMPORT}-manifest"));
    assert_eq!(id(cancellation()), format!("{IMPORT}-cancellation"));
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
            import: None,
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
