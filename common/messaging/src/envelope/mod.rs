pub(crate) mod decode_error;
pub(crate) mod import;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use registrar_domain::{ImportId, ImportRow, Registration, RegistrationId, Student};
use registrar_telemetry::text::push_time;
use serde::{Deserialize, Serialize};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use self::decode_error::DecodeError;
use self::import::{ImportContent, ImportPart};

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

/// What one message carries: registrations from the form, a chunk of an import, or its manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    /// The registrations, in the order in which they were accepted.
    pub registrations: Vec<Registration>,
    /// What an import says; nothing for the form and single API calls.
    pub import: Option<ImportPart>,
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
        let id = wire.import.as_ref().map(|import| import.id);
        let registrations = wire.registrations.iter().enumerate().map(|(i, r)| r.parse(i, id));
        Ok(Self {
            registrations: registrations.collect::<Result<_, _>>()?,
            import: wire.import.map(Cow::into_owned),
        })
    }

    /// Whether it has every row of the chunk that it is about, and not some, as a part that was split
    /// off.
    pub fn is_whole_chunk(&self) -> bool {
        let Some(ImportPart { content: ImportContent::Chunk(chunk), .. }) = &self.import else {
            return false;
        };
        let rows = self.registrations.len() + chunk.invalid.len();
        u32::try_from(rows).is_ok_and(|rows| rows >= chunk.rows)
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
    import: Option<Cow<'a, ImportPart>>,
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
    /// Where it is in the file of its import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<u32>,
}

impl<'a> From<&'a Registration> for WireRegistration<'a> {
    fn from(registration: &'a Registration) -> Self {
        let Registration { id, student, accepted_at, import } = registration;
        Self {
            id: id.to_string().into(),
            first_name: student.first_name().as_str().into(),
            last_name: student.last_name().as_str().into(),
            email: student.email().as_str().into(),
            accepted_at: to_the_microsecond(*accepted_at).into(),
            row: import.map(|import| import.row),
        }
    }
}

impl WireRegistration<'_> {
    /// Of an import, if it is, it says its row.
    fn parse(&self, index: usize, import: Option<ImportId>) -> Result<Registration, DecodeError> {
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
        let row = |import| {
            let row = self.row.ok_or_else(|| broken("row".to_owned()))?;
            Ok(ImportRow { import, row })
        };
        let import = import.map(row).transpose()?;
        Ok(Registration { id, student, accepted_at, import })
    }
}

/// RFC 3339 with exactly the precision that the database keeps.
fn to_the_microsecond(moment: OffsetDateTime) -> String {
    let mut text = String::with_capacity(TIME_BYTES);
    push_time(&mut text, moment.to_offset(UtcOffset::UTC));
    text
}

#[cfg(test)]
mod tests;
