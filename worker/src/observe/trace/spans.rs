//! The spans of a batch, of what is done with a message and of an INSERT: their names and attributes.

use opentelemetry_semantic_conventions::attribute as semconv;
use registrar_domain::Outcome;
use registrar_storage::StorageError;
use registrar_telemetry::propagation::{self, Context, SpanContext, TraceId};
use tracing::{Span, info_span};

use crate::item::Item;
use crate::source::Source;

/// How many registrations ended how.
#[derive(Debug, Default)]
pub(super) struct OutcomeCounts {
    pub(super) registered: u64,
    pub(super) rejected: u64,
    pub(super) on_hold: u64,
}

impl OutcomeCounts {
    pub(super) fn add(&mut self, outcome: Outcome) {
        *match outcome {
            Outcome::Registered => &mut self.registered,
            Outcome::Rejected(_) => &mut self.rejected,
            Outcome::OnHold(_) => &mut self.on_hold,
        } += 1;
    }
}

/// A span that is recorded, and its place in its trace.
#[derive(Debug)]
pub(super) struct Recorded {
    pub(super) span: Span,
    pub(super) context: SpanContext,
}

impl Recorded {
    pub(super) fn new(span: Span, parent: &Context) -> Option<Self> {
        propagation::set_parent(&span, parent);
        let context = propagation::recorded_context_of(&span)?;
        Some(Self { span, context })
    }

    pub(super) fn trace_id(&self) -> TraceId {
        self.context.trace_id()
    }

    /// The span of a chunk, which stands for all of its rows.
    pub(super) fn end_chunk(&self, outcomes: &OutcomeCounts) {
        self.span.record("registration.rows.registered", outcomes.registered);
        self.span.record("registration.rows.rejected", outcomes.rejected);
        self.span.record("registration.rows.on_hold", outcomes.on_hold);
    }

    pub(super) fn end(&self, outcome: Outcome) {
        self.span.record("registration.outcome", outcome.as_str());
        if let Some(reason) = outcome.hold_reason() {
            fail(&self.span, reason.as_str());
        }
    }
}

pub(super) fn batch_span(source: &Source, messages: usize) -> Span {
    info_span!(
        parent: None,
        "registration.batch",
        { semconv::MESSAGING_SYSTEM } = "rabbitmq",
        { semconv::MESSAGING_DESTINATION_NAME } = source.destination,
        { semconv::MESSAGING_BATCH_MESSAGE_COUNT } = messages,
        otel.status_code = tracing::field::Empty,
        registration.outcome = tracing::field::Empty,
        { semconv::ERROR_TYPE } = tracing::field::Empty,
    )
}

pub(super) fn process_span(source: &Source, item: &Item, parent: &Context) -> Option<Recorded> {
    let span = info_span!(
        parent: None,
        "process",
        otel.name = %format_args!("process {}", source.destination),
        otel.kind = "consumer",
        otel.status_code = tracing::field::Empty,
        { semconv::MESSAGING_SYSTEM } = "rabbitmq",
        { semconv::MESSAGING_OPERATION_TYPE } = "process",
        { semconv::MESSAGING_OPERATION_NAME } = "process",
        { semconv::MESSAGING_DESTINATION_NAME } = source.destination,
        { semconv::MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY } = item.delivery.routing_key,
        { semconv::MESSAGING_RABBITMQ_MESSAGE_DELIVERY_TAG } = item.delivery.tag,
        { semconv::MESSAGING_MESSAGE_ID } = item.delivery.message_id,
        { semconv::MESSAGING_MESSAGE_BODY_SIZE } = item.delivery.body.len(),
        registration.delivery_count = item.delivery.delivery_count,
        registration.outcome = tracing::field::Empty,
        registration.rows.registered = tracing::field::Empty,
        registration.rows.rejected = tracing::field::Empty,
        registration.rows.on_hold = tracing::field::Empty,
        { semconv::ERROR_TYPE } = tracing::field::Empty,
    );
    Recorded::new(span, parent)
}

pub(super) fn insert_span(parent: &Span, rows: usize) -> Span {
    info_span!(
        parent: parent,
        "db_insert_student",
        otel.kind = "client",
        otel.status_code = tracing::field::Empty,
        { semconv::DB_SYSTEM_NAME } = "mysql",
        { semconv::DB_OPERATION_NAME } = "INSERT",
        { semconv::DB_COLLECTION_NAME } = "students",
        { semconv::DB_QUERY_SUMMARY } = "INSERT students",
        registration.batch_rows = rows,
        { semconv::DB_RESPONSE_STATUS_CODE } = tracing::field::Empty,
        { semconv::ERROR_TYPE } = tracing::field::Empty,
    )
}

/// The recorded spans of one INSERT; they end when it is dropped.
#[derive(Debug)]
pub struct InsertTrace {
    pub(super) messages: Vec<Span>,
    pub(super) batch: Option<Span>,
}

impl InsertTrace {
    /// The span to insert in, so that whatever else it takes, such as a new connection, shows up
    /// under it: in the trace of the only message, or in that of the batch.
    pub fn work_span(&self) -> Span {
        let span = match self.messages.as_slice() {
            [only] => Some(only),
            _ => self.batch.as_ref(),
        };
        span.map_or_else(Span::none, Span::clone)
    }

    /// Ends the spans, as failed ones where there is an error.
    pub fn end(self, error: Option<&StorageError>) {
        let Some(error) = error else { return };
        for span in self.messages.iter().chain(&self.batch) {
            if let Some(code) = error.code() {
                // Text, say the conventions, since other databases have other codes.
                span.record(semconv::DB_RESPONSE_STATUS_CODE, code.to_string());
            }
            fail(span, error.fingerprint());
        }
    }
}

pub(super) fn fail(span: &Span, error_type: &str) {
    span.record("otel.status_code", "ERROR");
    span.record(semconv::ERROR_TYPE, error_type);
}
