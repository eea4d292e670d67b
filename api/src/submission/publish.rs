use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, MESSAGING_DESTINATION_NAME, MESSAGING_MESSAGE_BODY_SIZE, MESSAGING_MESSAGE_ID,
    MESSAGING_OPERATION_NAME, MESSAGING_OPERATION_TYPE, MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY,
    MESSAGING_SYSTEM,
};
use registrar_domain::Registration;
use registrar_messaging::{OutgoingRegistration, PublishError, Publisher};
use registrar_telemetry::propagation;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

/// Publishes the registration; `Ok` once RabbitMQ has it on disk in a queue.
pub(super) async fn publish(
    publisher: &Publisher,
    registration: Registration,
) -> Result<(), PublishError> {
    let span = send_span(&registration);
    let outgoing =
        OutgoingRegistration::new(&registration, span.in_scope(propagation::current_span));
    span.record(MESSAGING_MESSAGE_BODY_SIZE, outgoing.body_len());
    let result = publisher.register(outgoing).instrument(span.clone()).await;
    if let Err(error) = result {
        span.record(ERROR_TYPE, error.as_str());
        span.record("otel.status_code", "ERROR");
    }
    result
}

/// From handing the registration over until the confirm of its message; the worker's span is its child.
fn send_span(registration: &Registration) -> Span {
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
        { MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY } = OutgoingRegistration::LANE.as_str(),
        { MESSAGING_MESSAGE_ID } = %registration.id,
        { MESSAGING_MESSAGE_BODY_SIZE } = Empty,
        { ERROR_TYPE } = Empty,
    )
}
