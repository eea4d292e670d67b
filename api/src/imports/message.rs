//! The messages of an import.

use std::collections::BTreeMap;

use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, MESSAGING_BATCH_MESSAGE_COUNT, MESSAGING_DESTINATION_NAME,
    MESSAGING_MESSAGE_BODY_SIZE, MESSAGING_MESSAGE_ID, MESSAGING_OPERATION_NAME,
    MESSAGING_OPERATION_TYPE, MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY, MESSAGING_SYSTEM,
};
use registrar_domain::{ImportId, ImportManifest, Importer, Lane, Registration};
use registrar_messaging::{
    Envelope, ImportCancellation, ImportChunk, ImportContent, ImportPart, OutgoingMessage,
};
use registrar_telemetry::propagation;
use tracing::Span;
use tracing::field::Empty;

use super::chunk::Chunk;

/// What the messages of an import have in common.
#[derive(Clone, Debug)]
pub struct ImportMessages {
    pub id: ImportId,
    pub importer: Importer,
    /// The number of the key.
    pub key: u64,
    pub file_name: Option<String>,
}

impl ImportMessages {
    /// The message of a chunk, and the span that publishing it takes place in.
    pub fn chunk(&self, chunk: Chunk) -> (OutgoingMessage, Span) {
        let (first_row, rows) = (chunk.first_row(), chunk.rows());
        let content = ImportContent::Chunk(ImportChunk {
            first_row,
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            invalid: chunk.invalid,
        });
        self.message(Lane::Bulk, chunk.registrations, content)
    }

    /// On the lane that the chunks do not fill, so that what is to come is known before it comes.
    pub fn manifest(&self, manifest: ImportManifest) -> (OutgoingMessage, Span) {
        self.message(Lane::Interactive, Vec::new(), ImportContent::Manifest(manifest))
    }

    /// On that lane, too, so that it overtakes the chunks.
    pub fn cancellation(&self) -> (OutgoingMessage, Span) {
        let content = ImportContent::Cancellation(ImportCancellation {});
        self.message(Lane::Interactive, Vec::new(), content)
    }

    fn message(
        &self,
        lane: Lane,
        registrations: Vec<Registration>,
        content: ImportContent,
    ) -> (OutgoingMessage, Span) {
        let Self { id, importer, key, file_name } = self.clone();
        let import = ImportPart { id, importer, key, file_name, content };
        let message_id = import.message_id();
        let rows = registrations.len();
        let body = Envelope { registrations, import: Some(import) }.encode();
        let span = send_span(lane, &message_id, rows, body.len());
        let mut headers = BTreeMap::new();
        if let Some(context) = span.in_scope(propagation::current_span) {
            propagation::inject_context(&context, &mut headers);
        }
        (OutgoingMessage { lane, message_id, body: body.into(), headers, numbers: None }, span)
    }
}

/// From handing the message over until its confirm; the worker's span is its child.
fn send_span(lane: Lane, message_id: &str, rows: usize, bytes: usize) -> Span {
    if !propagation::is_recorded() {
        return Span::none();
    }
    let destination = format!("registrations:{lane}");
    tracing::info_span!(
        "send",
        otel.name = format!("send {destination}"),
        otel.kind = "producer",
        otel.status_code = Empty,
        { MESSAGING_SYSTEM } = "rabbitmq",
        { MESSAGING_OPERATION_TYPE } = "send",
        { MESSAGING_OPERATION_NAME } = "send",
        { MESSAGING_DESTINATION_NAME } = destination,
        { MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY } = lane.as_str(),
        { MESSAGING_MESSAGE_ID } = message_id,
        { MESSAGING_BATCH_MESSAGE_COUNT } = rows,
        { MESSAGING_MESSAGE_BODY_SIZE } = bytes,
        { ERROR_TYPE } = Empty,
    )
}
