//! Makes dead letters of what cannot be registered.

use registrar_domain::{HoldReason, Registration, RegistrationId};
use registrar_messaging::caught;
use registrar_storage::{DeadLetter, Verdict};

use crate::imports::envelope_of_one;
use crate::item::Item;
use crate::source::Source;

/// The dead letters of what is refused of a message.
pub(crate) fn dead_letters(source: &Source, item: &Item) -> impl Iterator<Item = DeadLetter> {
    item.parts().zip(&item.verdicts).enumerate().filter_map(
        |(place, (part, verdict))| match verdict {
            Verdict::Refused { reason, fingerprint, .. } => {
                Some(dead_letter(source, item, (place, part), *reason, fingerprint))
            }
            Verdict::Decided { .. } | Verdict::Delayed(_) => None,
        },
    )
}

/// The dead letter of one registration of a message, in an envelope of its own, so that its
/// neighbours in the message are not held with it; or of the whole message when it cannot be read.
///
/// One that cannot be read still has its registration's id as its message id, where the API
/// published it: so its status can say that it is on hold, and a newer worker that can read it
/// releases the dead letter.
fn dead_letter(
    source: &Source,
    item: &Item,
    (place, registration): (usize, Option<&Registration>),
    reason: HoldReason,
    fingerprint: &str,
) -> DeadLetter {
    let message_id = item.delivery.message_id.as_deref();
    DeadLetter {
        registration_id: match registration {
            Some(registration) => Some(registration.id),
            // The id of a message of several is that of the first: the others would be behind it.
            None if has_several(item) => None,
            None => message_id.and_then(RegistrationId::parse),
        },
        message_id: item.delivery.message_id.clone(),
        payload: match registration {
            Some(registration) => envelope_of_one(item, registration).encode(),
            None => item.delivery.body.clone(),
        },
        headers: match registration {
            Some(_) => caught(|| item.delivery.headers_for(place)).unwrap_or_default(),
            None => item.delivery.headers.clone(),
        },
        lane: source.lane_of(item),
        reason,
        fingerprint: fingerprint.to_owned(),
        attempts: item.delivery.delivery_count.saturating_add(1),
        accepted_at: registration.map(|registration| registration.accepted_at),
    }
}

/// Whether a message that cannot be read has several registrations, as its sequence numbers say.
fn has_several(item: &Item) -> bool {
    item.delivery.numbers.is_some_and(|numbers| numbers.first != numbers.last)
}
