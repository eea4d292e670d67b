use std::collections::BTreeMap;

use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, MESSAGING_DESTINATION_NAME, MESSAGING_MESSAGE_BODY_SIZE, MESSAGING_MESSAGE_ID,
    MESSAGING_OPERATION_NAME, MESSAGING_OPERATION_TYPE, MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY,
    MESSAGING_SYSTEM,
};
use registrar_domain::{Lane, Registration};
use registrar_messaging::{Envelope, OutgoingMessage, PublishError, Publisher};
use registrar_telemetry::propagation;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

const LANE: Lane = Lane::Interactive;

/// Publishes the registration; `Ok` once RabbitMQ has it on disk in a queue.
pub(super) async fn publish(
    publisher: &Publisher,
    registration: Registration,
) -> Result<(), PublishError> {
    let message_id = registration.id.to_string();
    let body = Envelope::from_registration(registration).encode();
    let span = send_span(&message_id, body.len());
    let mut headers = BTreeMap::new();
    span.in_scope(|| propagation::inject_current(&mut headers));
    let message = OutgoingMessage { lane: LANE, message_id, body, headers };
    let result = publisher.publish(message).instrument(span.clone()).await;
    if let Err(error) = result {
        span.record(ERROR_TYPE, error.as_str());
        span.record("otel.status_code", "ERROR");
    }
    result
}

/// From handing the message over until its confirm; the worker's span is its child.
fn send_span(message_id: &str, body_size: usize) -> Span {
    if !propagation::is_recorded() {
        return Span::none();
    }
    tracing::info_span!(
        "send registrations:interactive",
        otel.kind = "producer",
        otel.status_code = Empty,
        { MESSAGING_SYSTEM } = "rabbitmq",
        { MESSAGING_OPERATION_TYPE } = "send",
        { MESSAGING_OPERATION_NAME } = "send",
        { MESSAGING_DESTINATION_NAME } = "registrations:interactive",
        { MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY } = LANE.as_str(),
        { MESSAGING_MESSAGE_ID } = message_id,
        { MESSAGING_MESSAGE_BODY_SIZE } = body_size,
        { ERROR_TYPE } = Empty,
    )
}
