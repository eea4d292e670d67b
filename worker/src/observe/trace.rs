//! The spans of a batch: one of its own, and for each message its place in its request's trace.
//!
//! A batch's INSERT is shared, so the batch span and each message's `process` span link to each
//! other, and each message's own trace also holds a `db_insert_student` with the batch's timing:
//! one trace id shows the whole journey.

use std::collections::BTreeMap;

use opentelemetry_semantic_conventions::attribute as semconv;
use registrar_domain::Outcome;
use registrar_messaging::caught;
use registrar_storage::StorageError;
use registrar_telemetry::propagation;
use registrar_telemetry::propagation::{SpanContext, TraceId};
use tracing::{Span, info_span};

use crate::batcher::Item;
use crate::settled::Settled;
use crate::source::Source;

/// The spans of one batch, open from delivery to settlement.
#[derive(Debug)]
pub struct BatchTrace {
    batch: Span,
    of_batch: Option<TraceId>,
    /// One for each message, in the batch's order.
    messages: Vec<Message>,
}

#[derive(Debug)]
struct Message {
    span: Span,
    /// Spans cost microseconds each, so nothing is added to a trace that nobody keeps.
    recorded: Option<TraceId>,
}

impl BatchTrace {
    /// Opens the spans.
    pub fn begin(source: &Source, items: &[Item]) -> Self {
        let batch = info_span!(
            parent: None,
            "registration.batch",
            { semconv::MESSAGING_SYSTEM } = "rabbitmq",
            { semconv::MESSAGING_DESTINATION_NAME } = source.destination,
            { semconv::MESSAGING_BATCH_MESSAGE_COUNT } = items.len(),
            otel.status_code = tracing::field::Empty,
            registration.outcome = tracing::field::Empty,
            { semconv::ERROR_TYPE } = tracing::field::Empty,
        );
        let to_batch = propagation::recorded_context_of(&batch);
        let message = |item| {
            let span = process_span(source, item);
            let to_message = propagation::recorded_context_of(&span);
            let recorded = to_message.as_ref().map(SpanContext::trace_id);
            for (from, to) in [(&batch, to_message), (&span, to_batch.clone())] {
                if let Some(to) = to {
                    propagation::link(from, to);
                }
            }
            Message { span, recorded }
        };
        let of_batch = to_batch.as_ref().map(SpanContext::trace_id);
        Self { messages: items.iter().map(message).collect(), batch, of_batch }
    }

    /// The batch's own trace, when it is recorded; it links to those of its messages.
    pub fn of_batch(&self) -> Option<TraceId> {
        self.of_batch
    }

    /// The trace of the message at this position, when it is recorded.
    pub fn trace_of(&self, position: usize) -> Option<TraceId> {
        self.messages.get(position)?.recorded
    }

    /// The batch's own span.
    pub fn batch_span(&self) -> &Span {
        &self.batch
    }

    /// Opens the spans of one INSERT of so many rows, one in each message's trace.
    pub fn begin_insert(&self, rows: usize) -> InsertTrace {
        let recorded = self.messages.iter().filter(|message| message.recorded.is_some());
        let parents = recorded.map(|message| &message.span).chain([&self.batch]);
        InsertTrace(parents.map(|parent| insert_span(parent, rows)).collect())
    }

    /// Closes all spans of a batch that was not settled: its messages are delivered again.
    pub fn requeue(self, why: &'static str) {
        for span in self.messages.iter().map(|message| &message.span).chain([&self.batch]) {
            span.record("registration.outcome", "given_back");
            fail(span, why);
        }
    }

    /// Closes all spans, with one log line for the batch and one in each message's trace. What is
    /// delayed gets new ones when it is tried again.
    pub fn end(self, settled: &[Settled<'_>], delayed: &BTreeMap<usize, StorageError>) {
        for (position, error) in delayed {
            if let Some(message) = self.messages.get(*position) {
                message.span.record("registration.outcome", "delayed");
                fail(&message.span, error.fingerprint());
            }
        }
        for of_message in settled.chunk_by(|one, next| one.position == next.position) {
            let message = of_message.first().and_then(|one| self.messages.get(one.position));
            if let Some(message) = message {
                message.end(of_message);
            }
        }
        let count = |name| settled.iter().filter(|one| one.outcome.as_str() == name).count();
        self.batch.in_scope(|| {
            tracing::info!(
                messages = self.messages.len(),
                registered = count("registered"),
                rejected = count("rejected"),
                on_hold = count("on_hold"),
                "batch settled"
            );
        });
    }
}

impl Message {
    fn end(&self, settled: &[Settled<'_>]) {
        // The rows of a chunk have no spans, and their outcomes are not the chunk's.
        if let [only] = settled {
            self.span.record("registration.outcome", only.outcome.as_str());
        }
        if let Some(reason) = settled.iter().find_map(|one| one.outcome.hold_reason()) {
            fail(&self.span, reason.as_str());
        }
        self.span.in_scope(|| {
            for one in settled {
                log_outcome(one);
            }
        });
    }
}

/// A registered student is one of a great many and gets a line only at debug level; a rejection or
/// a dead letter is what somebody will ask about.
fn log_outcome(settled: &Settled<'_>) {
    let registration_id =
        settled.registration.map(|registration| tracing::field::display(registration.id));
    match settled.outcome {
        Outcome::Registered => {
            tracing::debug!(registration_id, "registered");
        }
        Outcome::Rejected(code) => {
            tracing::info!(registration_id, code = code.as_str(), "rejected");
        }
        Outcome::OnHold(reason) => {
            tracing::warn!(
                registration_id,
                reason = reason.as_str(),
                "on hold: an operator must look at it"
            );
        }
    }
}

fn process_span(source: &Source, item: &Item) -> Span {
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
        { semconv::ERROR_TYPE } = tracing::field::Empty,
    );
    if let Some(parent) = caught(|| propagation::extract(&item.delivery.headers)) {
        propagation::set_parent(&span, &parent);
    }
    span
}

fn insert_span(parent: &Span, rows: usize) -> Span {
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

/// The spans of one INSERT, the batch's own last; they end when it is dropped.
#[derive(Debug)]
pub struct InsertTrace(Vec<Span>);

impl InsertTrace {
    /// The span to insert in, so that whatever else it takes, such as a new connection, shows up
    /// under it: in the trace of the only message, or in that of the batch.
    pub fn work_span(&self) -> Span {
        let spans = match self.0.as_slice() {
            [message, _batch] => Some(message),
            spans => spans.last(),
        };
        spans.map_or_else(Span::none, Span::clone)
    }

    /// Ends the spans, as failed ones where there is an error.
    pub fn end(self, error: Option<&StorageError>) {
        let Some(error) = error else { return };
        for span in &self.0 {
            if let Some(code) = error.code() {
                // Text, say the conventions, since other databases have other codes.
                span.record(semconv::DB_RESPONSE_STATUS_CODE, code.to_string());
            }
            fail(span, error.fingerprint());
        }
    }
}

fn fail(span: &Span, error_type: &str) {
    span.record("otel.status_code", "ERROR");
    span.record(semconv::ERROR_TYPE, error_type);
}
