//! A dead letter as a message again.

use registrar_domain::Lane;
use registrar_messaging::{Envelope, OutgoingMessage, caught};
use registrar_storage::{ReplayedDeadLetter, StoredDeadLetter};

/// The lane of a dead letter whose own is not known: it is one message, which delays no other.
const LANE_OF_THE_UNKNOWN: Lane = Lane::Interactive;

/// The message as it was published, under its original id. A worker that has it while its letter is
/// still held need not know: once the registration is decided, the letter counts as released.
pub(super) fn for_dead_letter(letter: &StoredDeadLetter) -> OutgoingMessage {
    let original_id = match letter.registration_id {
        Some(id) => id.to_string(),
        // Together with the payload it makes the digest, by which the letter is found again.
        None => letter.message_id.clone().unwrap_or_default(),
    };
    let headers = letter.headers.iter();
    // Those of the broker's are about its own handling of the message, which begins anew.
    let headers = headers.filter(|(name, _)| !name.starts_with("x-"));
    let headers = headers.map(|(name, value)| (name.clone(), value.clone())).collect();
    OutgoingMessage {
        lane: letter.lane.unwrap_or(LANE_OF_THE_UNKNOWN),
        message_id: original_id,
        body: letter.payload.clone().into(),
        headers,
        numbers: None,
    }
}

/// What to look for when it is asked what became of the message.
pub(super) fn watched(letter: &StoredDeadLetter) -> ReplayedDeadLetter {
    let registrations = match letter.registration_id {
        Some(id) => vec![id],
        // It could not be read when it was put on hold; this version may be able to.
        None => caught(|| Envelope::decode(&letter.payload).ok())
            .flatten()
            .map(|envelope| envelope.registrations.iter().map(|one| one.id).collect())
            .unwrap_or_default(),
    };
    ReplayedDeadLetter { id: letter.id, attempts: letter.attempts, registrations }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use registrar_domain::{Registration, RegistrationId, Student};
    use registrar_storage::DeadLetterState;
    use time::OffsetDateTime;

    use super::*;

    fn letter() -> StoredDeadLetter {
        StoredDeadLetter {
            id: 17,
            registration_id: None,
            message_id: Some("chunk-4".to_owned()),
            payload: b"not JSON".to_vec(),
            headers: BTreeMap::new(),
            lane: None,
            reason: "undecodable".to_owned(),
            fingerprint: "undecodable:not JSON".to_owned(),
            attempts: 2,
            accepted_at: None,
            first_seen: OffsetDateTime::UNIX_EPOCH,
            last_seen: OffsetDateTime::UNIX_EPOCH,
            state: DeadLetterState::Held,
            state_reason: None,
            state_by: None,
            state_changed_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_message_is_published_as_it_was_without_the_headers_of_the_broker() {
        let headers =
            [("traceparent", "00-a-b-01"), ("other", "kept"), ("x-first-death-queue", "q")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let message =
            for_dead_letter(&StoredDeadLetter { headers, lane: Some(Lane::Bulk), ..letter() });
        assert_eq!((message.lane, message.message_id.as_str()), (Lane::Bulk, "chunk-4"));
        assert_eq!(message.body, b"not JSON".as_slice());
        let expected = [("other", "kept"), ("traceparent", "00-a-b-01")];
        let headers = message.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(headers.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_registration_is_published_under_its_own_id_also_when_it_came_in_a_chunk() {
        let id = RegistrationId::generate();
        let letter = StoredDeadLetter { registration_id: Some(id), ..letter() };
        assert_eq!(for_dead_letter(&letter).message_id, id.to_string());
        assert_eq!(watched(&letter).registrations, [id]);
    }

    #[test]
    fn what_can_be_read_by_now_is_watched_by_its_registrations() {
        assert_eq!(watched(&letter()).registrations, []);
        let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
        let registration = Registration::now(RegistrationId::generate(), student);
        let payload = Envelope::from_registration(registration.clone()).encode();
        let watched = watched(&StoredDeadLetter { payload, ..letter() });
        assert_eq!((watched.id, watched.attempts), (17, 2));
        assert_eq!(watched.registrations, [registration.id]);
    }
}
