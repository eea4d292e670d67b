use std::collections::BTreeMap;

use bytes::Bytes;
use registrar_domain::{Lane, Registration, RegistrationId};
use registrar_telemetry::propagation::SpanContext;

use crate::envelope::{ENCLOSURE_LEN, enclose, encode_registration};
use crate::ledger::sequence_range::SequenceRange;
use crate::trace_contexts;

#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    pub lane: Lane,
    /// The id of its registration, or of its chunk: at most 255 bytes.
    pub message_id: String,
    /// An encoded [`Envelope`](crate::Envelope), which to publish again takes no copy of.
    pub body: Bytes,
    /// The trace context. Names of at most 255 bytes.
    pub headers: BTreeMap<String, String>,
    /// The connection that publishes it numbers it, whatever is here.
    pub numbers: Option<SequenceRange>,
}

/// A registration to be published to the interactive lane, alone or in one message with others.
#[derive(Clone)]
pub struct OutgoingRegistration {
    id: RegistrationId,
    json: Vec<u8>,
    span: Option<SpanContext>,
}

impl OutgoingRegistration {
    pub const LANE: Lane = Lane::Interactive;

    /// `span` is what the worker's span has as its parent.
    pub fn new(registration: &Registration, span: Option<SpanContext>) -> Self {
        Self { id: registration.id, json: encode_registration(registration), span }
    }

    /// How long the body of its message is when it travels alone.
    pub fn body_len(&self) -> usize {
        ENCLOSURE_LEN + self.json.len()
    }

    pub(crate) fn json_len(&self) -> usize {
        self.json.len()
    }

    /// Whether a message of several can carry its trace context: a `tracestate` does not fit the list.
    pub(crate) fn may_travel_with_others(&self) -> bool {
        self.span.as_ref().is_none_or(|span| span.trace_state().header().is_empty())
    }

    /// The message of these registrations, in their order.
    pub(crate) fn message(first: &Self, others: &[Self]) -> OutgoingMessage {
        let all = || std::iter::once(first).chain(others);
        OutgoingMessage {
            lane: Self::LANE,
            message_id: first.id.to_string(),
            body: enclose(all().map(|one| one.json.as_slice())).into(),
            headers: trace_contexts::headers(all().map(|one| one.span.as_ref())),
            numbers: None,
        }
    }
}
