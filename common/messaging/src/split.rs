//! A message of several registrations as one message for each.

use std::collections::BTreeMap;

use registrar_domain::{Lane, RegistrationId};
use serde_json::{Map, Value};

use crate::consumer::delivery::Delivery;
use crate::envelope::MOST_READ;
use crate::publisher::message::OutgoingMessage;
use crate::trace_contexts;

const REGISTRATIONS: &str = "registrations";
/// What is repeated in each message, as the version and what an import says, is small.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The registrations of a delivery, each with its id and as a message of its own under it, with its
/// trace context and whatever else the envelope says. None when the delivery has not several.
///
/// Does not depend on what a registration says, nor on the envelope's version: a delivery is split so
/// that the one that cannot be read is alone, too.
pub fn split(delivery: &Delivery, lane: Lane) -> Option<Vec<(RegistrationId, OutgoingMessage)>> {
    let mut envelope: Map<String, Value> = serde_json::from_slice(&delivery.body).ok()?;
    let Some(Value::Array(registrations)) = envelope.remove(REGISTRATIONS) else { return None };
    let repeated = serde_json::to_vec(&envelope).ok()?.len();
    let count = registrations.len();
    if !(2..=MOST_READ).contains(&count) || repeated * count > MOST_BYTES {
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
            body: serde_json::to_vec(&alone).ok()?,
            headers: contexts.remove(&position).unwrap_or_default(),
            numbers: None,
        };
        Some((id, message))
    };
    registrations.into_iter().enumerate().map(message).collect()
}

#[cfg(test)]
mod tests {
    use registrar_domain::{Registration, Student};

    use super::*;
    use crate::envelope::Envelope;
    use crate::publisher::message::OutgoingRegistration;
    use crate::trace_contexts::tests::{span, traceparent_of};

    fn registrations(count: u8) -> Vec<Registration> {
        let registration = |number| {
            let email = format!("ada{number}@example.com");
            let student = Student::parse("Ada", "Lovelace", &email).unwrap();
            Registration::now(RegistrationId::from_bytes([number; 16]), student)
        };
        (1..=count).map(registration).collect()
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
        let messages = split(&delivery(group.body, headers), Lane::Interactive).unwrap();
        let expected_contexts =
            [traceparent_of('a', "01"), BTreeMap::new(), traceparent_of('c', "01")];
        for ((registration, headers), (id, message)) in
            registrations.into_iter().zip(expected_contexts).zip(&messages)
        {
            assert_eq!(*id, registration.id);
            assert_eq!(message.message_id, registration.id.to_string());
            assert_eq!(message.headers, headers);
            let alone = Envelope::from_registration(registration);
            assert_eq!(Envelope::decode(&message.body), Ok(alone));
        }
        assert_eq!(messages.len(), 3);
    }

    #[test]
    fn a_chunk_of_an_import_is_split_with_what_the_import_says() {
        let import = Some(serde_json::json!({ "id": "i-1" }));
        let chunk = Envelope { registrations: registrations(2), import: import.clone() };
        let messages = split(&delivery(chunk.encode(), BTreeMap::new()), Lane::Bulk).unwrap();
        let alone = chunk
            .registrations
            .into_iter()
            .map(|one| Ok(Envelope { registrations: vec![one], import: import.clone() }));
        let decoded = messages.iter().map(|(_, message)| Envelope::decode(&message.body));
        assert!(decoded.eq(alone));
        assert!(messages.iter().all(|(_, message)| message.lane == Lane::Bulk));
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
