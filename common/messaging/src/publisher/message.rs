use std::collections::BTreeMap;

use registrar_domain::Lane;

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
