//! Makes dead letters of what a processor cannot register.

use registrar_domain::{HoldReason, Registration, RegistrationId};
use registrar_messaging::Envelope;
use registrar_storage::DeadLetter;

use crate::batcher::Item;
use crate::source::Source;

/// The dead letter of a whole message. One that cannot be read still has its registration's id as
/// its message id, where the API published it: so its status can say that it is on hold, and a newer
/// worker that can read it releases the letter.
pub(crate) fn from_message(
    source: &Source,
    item: &Item,
    reason: HoldReason,
    fingerprint: &str,
) -> DeadLetter {
    let message_id = item.delivery.message_id.as_deref();
    DeadLetter {
        registration_id: message_id.and_then(RegistrationId::parse),
        message_id: item.delivery.message_id.clone(),
        payload: item.delivery.body.clone(),
        headers: item.delivery.headers.clone(),
        lane: source.lane_of(item),
        reason,
        fingerprint: fingerprint.to_owned(),
        attempts: item.delivery.delivery_count.saturating_add(1),
        accepted_at: None,
    }
}

/// The same for one registration of the message, with an envelope of its own: its neighbours in
/// the message are not held with it.
pub(crate) fn from_registration(of_message: DeadLetter, registration: &Registration) -> DeadLetter {
    DeadLetter {
        registration_id: Some(registration.id),
        accepted_at: Some(registration.accepted_at),
        payload: Envelope::from_registration(registration.clone()).encode(),
        ..of_message
    }
}
