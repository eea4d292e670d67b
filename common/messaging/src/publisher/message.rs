use std::collections::BTreeMap;

use registrar_domain::{Lane, Registration};

use crate::envelope::{enclose, encode_registration};
use crate::trace_contexts;

/// A message to be published.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The queue it is for.
    pub lane: Lane,
    /// The id of its registration, or of its chunk: at most 255 bytes.
    pub message_id: String,
    /// An encoded [`Envelope`](crate::Envelope).
    pub body: Vec<u8>,
    /// The trace context. Names of at most 255 bytes.
    pub headers: BTreeMap<String, String>,
}

/// A registration to be published, alone or in one message with others.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingRegistration {
    pub(crate) lane: Lane,
    id: String,
    json: Vec<u8>,
    headers: BTreeMap<String, String>,
}

impl OutgoingRegistration {
    /// `headers` carry the trace context.
    pub fn new(lane: Lane, registration: &Registration, headers: BTreeMap<String, String>) -> Self {
        let json = encode_registration(registration);
        Self { lane, id: registration.id.to_string(), json, headers }
    }

    /// How long the body of its message is when it travels alone.
    pub fn body_len(&self) -> usize {
        enclose(std::iter::empty()).len() + self.json.len()
    }

    pub(crate) fn json_len(&self) -> usize {
        self.json.len()
    }

    /// Whether a message of several can carry its trace context.
    pub(crate) fn may_travel_with_others(&self) -> bool {
        trace_contexts::is_plain(&self.headers)
    }

    /// The message of these registrations of one lane, in their order; none without any.
    pub(crate) fn message(registrations: &[Self]) -> Option<OutgoingMessage> {
        let first = registrations.first()?;
        let mut headers = first.headers.clone();
        trace_contexts::put(&mut headers, registrations.iter().map(|one| &one.headers));
        Some(OutgoingMessage {
            lane: first.lane,
            message_id: first.id.clone(),
            body: enclose(registrations.iter().map(|one| one.json.as_slice())),
            headers,
        })
    }
}
