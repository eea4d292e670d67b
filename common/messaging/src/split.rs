//! A message of several registrations as one message for each.

use std::collections::BTreeMap;

use registrar_domain::{Lane, RegistrationId};
use serde_json::{Map, Value};

use crate::consumer::delivery::Delivery;
use crate::envelope::MOST_READ;
use crate::publisher::message::OutgoingMessage;
use crate::trace_contexts;

const REGISTRATIONS: &str = "registrations";
const IMPORT: &str = "import";
/// Where the invalid rows of a chunk are in what an import says (RFC 6901).
const INVALID: &str = "/chunk/invalid";
/// What is repeated in each message, as the version and what an import says, is small.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The registrations of a delivery, each as a message of its own under its id, with its trace context
/// and whatever else the envelope says; the invalid rows of a chunk are one more message. None when the
/// delivery has not several.
///
/// Each comes with its registration's id, when it need not be published once that has an outcome. An
/// import counts every one of its messages.
///
/// Does not depend on what a registration says, nor on the envelope's version: a delivery is split so
/// that the one that cannot be read is alone, too.
pub fn split(
    delivery: &Delivery,
    lane: Lane,
) -> Option<Vec<(Option<RegistrationId>, OutgoingMessage)>> {
    let mut envelope: Map<String, Value> = serde_json::from_slice(&delivery.body).ok()?;
    let Some(Value::Array(registrations)) = envelope.remove(REGISTRATIONS) else { return None };
    let is_import = envelope.get(IMPORT).is_some_and(Value::is_object);
    let invalid = invalid_rows(&mut envelope, lane);
    let repeated = serde_json::to_vec(&envelope).ok()?.len();
    let count = registrations.len();
    let is_several = count > 1 || (count == 1 && invalid.is_some());
    if !is_several || count > MOST_READ || repeated * count > MOST_BYTES {
        return None;
    }
    let mut contexts: BTreeMap<_, _> =
        trace_contexts::read(&delivery.headers).into_iter().collect();
    contexts.insert(0, trace_contexts::for_first(&delivery.headers));
    let message = |(position, registration): (usize, Value)| {
        let id = RegistrationId::parse(registration.get("id")?.as_str()?)?;
        let mut alone = envelope.clone();
        alone.insert(REGISTRATIONS.to_owned(), Value::Array(vec![registration]));
        let message = OutgoingMessage {
            lane,
            message_id: id.to_string(),
            body: serde_json::to_vec(&alone).ok()?.into(),
            headers: contexts.remove(&position).unwrap_or_default(),
            numbers: None,
        };
        Some((Some(id).filter(|_| !is_import), message))
    };
    let messages = registrations.into_iter().enumerate().map(message);
    messages.chain(invalid.map(|message| Some((None, message)))).collect()
}

/// The invalid rows of a chunk as a message of their own, taken out of what is repeated.
fn invalid_rows(envelope: &mut Map<String, Value>, lane: Lane) -> Option<OutgoingMessage> {
    let import = envelope.get(IMPORT)?;
    let id = RegistrationId::parse(import.get("id")?.as_str()?)?;
    let first_row = import.pointer("/chunk/first_row")?.as_u64()?;
    let has_any = |rows: &Vec<Value>| !rows.is_empty();
    import.pointer(INVALID)?.as_array().filter(|rows| has_any(rows))?;
    let mut alone = envelope.clone();
    alone.insert(REGISTRATIONS.to_owned(), Value::Array(Vec::new()));
    *envelope.get_mut(IMPORT)?.pointer_mut(INVALID)? = Value::Array(Vec::new());
    Some(OutgoingMessage {
        lane,
        message_id: format!("{id}-{first_row}-invalid"),
        body: serde_json::to_vec(&alone).ok()?.into(),
        headers: BTreeMap::new(),
        numbers: None,
    })
}

#[cfg(test)]
mod tests {
    use registrar_domain::{FailedRow, ImportId, ImportRow, Importer, Registration, Student};

    use super::*;
    use crate::envelope::Envelope;
    use crate::envelope::import::{ImportChunk, ImportContent, ImportPart};
    use crate::publisher::message::OutgoingRegistration;
    use crate::trace_contexts::tests::{span, traceparent_of};

    fn numbered(number: u8) -> Registration {
        let email = format!("ada{number}@example.com");
        let student = Student::parse("Ada", "Lovelace", &email).unwrap();
        let id = RegistrationId::from_bytes([number; 16]);
        Registration {
            accepted_at: time::OffsetDateTime::UNIX_EPOCH,
            ..Registration::now(id, student)
        }
    }

    fn registrations(count: u8) -> Vec<Registration> {
        (1..=count).map(numbered).collect()
    }

    fn delivery(body: Vec<u8>, headers: BTreeMap<String, String>) -> Delivery {
        Delivery { body, headers, ..Delivery::default() }
    }

    #[test]
    fn each_registration_is_a_message_under_its_own_id_with_its_own_trace() {
        let contexts = [('a', "01"), ('b', "00"), ('c', "01")];
        let registrations = registrations(3);
        let outgoing = registrations.iter().zip(contexts).map(|(registration, (digit, flags))| {
            OutgoingRegistration::new(registration, span(digit, flags))
        });
        let outgoing: Vec<_> = outgoing.collect();
        let group = OutgoingRegistration::message(&outgoing[0], &outgoing[1..]);
        let mut headers = group.headers;
        headers.insert("x-first-death-reason".to_owned(), "delivery_limit".to_owned());
        headers.insert("x-registrar-sequence".to_owned(), "1-3".to_owned());
        let messages = split(&delivery(group.body.into(), headers), Lane::Interactive).unwrap();
        let expected_contexts =
            [traceparent_of('a', "01"), BTreeMap::new(), traceparent_of('c', "01")];
        for ((registration, headers), (id, message)) in
            registrations.into_iter().zip(expected_contexts).zip(&messages)
        {
            assert_eq!(*id, Some(registration.id));
            assert_eq!(message.message_id, registration.id.to_string());
            assert_eq!(message.headers, headers);
            let alone = Envelope::from_registration(registration);
            assert_eq!(Envelope::decode(&message.body), Ok(alone));
        }
        assert_eq!(messages.len(), 3);
    }

    const IMPORT_ID: &str = "0199d3c4-5a00-7000-8000-000000000009";

    fn chunk(rows: &[u32], invalid: &[u32]) -> Envelope {
        let id = ImportId::parse(IMPORT_ID).unwrap();
        let registrations = rows.iter().map(|row| {
            let import = Some(ImportRow { import: id, row: *row });
            Registration { import, ..numbered(u8::try_from(*row).unwrap()) }
        });
        let invalid = invalid.iter().map(|row| FailedRow {
            row: *row,
            values: Default::default(),
            errors: Vec::new(),
        });
        let content =
            ImportContent::Chunk(ImportChunk { first_row: 2, rows: 4, invalid: invalid.collect() });
        let importer = Importer::parse("north-school").unwrap();
        let import = ImportPart { id, importer, key: 7, file_name: None, content };
        Envelope { registrations: registrations.collect(), import: Some(import) }
    }

    #[test]
    fn a_chunk_of_an_import_is_split_with_what_the_import_says() {
        let body = chunk(&[2, 5], &[3, 4]).encode();
        let messages = split(&delivery(body, BTreeMap::new()), Lane::Bulk).unwrap();
        let expected = [chunk(&[2], &[]), chunk(&[5], &[]), chunk(&[], &[3, 4])].map(Ok);
        let decoded = messages.iter().map(|(_, message)| Envelope::decode(&message.body));
        assert!(decoded.eq(expected));
        assert!(messages.iter().all(|(id, message)| id.is_none() && message.lane == Lane::Bulk));
        assert_eq!(messages[2].1.message_id, format!("{IMPORT_ID}-2-invalid"));
    }

    #[test]
    fn one_registration_is_split_from_invalid_rows_and_then_no_more() {
        let body = chunk(&[2], &[3]).encode();
        let messages = split(&delivery(body, BTreeMap::new()), Lane::Bulk).unwrap();
        assert_eq!(messages.len(), 2);
        for (_, message) in messages {
            assert!(split(&delivery(message.body.into(), BTreeMap::new()), Lane::Bulk).is_none());
        }
    }

    #[test]
    fn what_this_version_cannot_read_is_split_all_the_same() {
        let text =
            String::from_utf8(Envelope { registrations: registrations(2), import: None }.encode());
        let newer = text.unwrap().replace("\"version\":1", "\"version\":9");
        let broken = newer.replacen("Ada", "", 1);
        for body in [newer, broken] {
            let body = delivery(body.into_bytes(), BTreeMap::new());
            let messages = split(&body, Lane::Interactive).unwrap();
            let versions = messages.iter().map(|(_, message)| Envelope::decode(&message.body));
            let unknown = crate::DecodeError::UnknownVersion(9);
            assert!(versions.eq([Err(unknown.clone()), Err(unknown)]));
        }
    }

    #[test]
    fn what_has_not_several_registrations_with_ids_is_not_split() {
        let one = Envelope { registrations: registrations(1), import: None }.encode();
        let many = Envelope { registrations: registrations(2), import: None }.encode();
        let without_id = String::from_utf8(many).unwrap().replacen("\"id\"", "\"name\"", 1);
        for body in [one, without_id.into_bytes(), b"[]".to_vec(), b"not JSON".to_vec()] {
            assert!(split(&delivery(body, BTreeMap::new()), Lane::Interactive).is_none());
        }
    }
}
