//! Publishing with confirms, and with a link to the trace that the registration was made in.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use opentelemetry_semantic_conventions::attribute as semconv;
use registrar_messaging::{
    MessagingSettings, OutgoingMessage, PublishError, PublishSettings, Publisher,
    REGISTRATIONS_EXCHANGE,
};
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::StoredDeadLetter;
use registrar_telemetry::propagation;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

use super::message;

/// A broker that is being restarted is back by then.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
const RECONNECT: RetryPolicy = RetryPolicy::new(Duration::from_millis(250), Duration::from_secs(2));
/// Letters go one after the other, each with its confirm.
const ONE: NonZeroUsize = NonZeroUsize::MIN;
const QUEUE_TIMEOUT: Duration = Duration::from_secs(5);
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection to publish on. It ends with the process.
pub(super) struct ReplayPublisher {
    publisher: Publisher,
}

impl ReplayPublisher {
    pub(super) async fn start(messaging: &MessagingSettings) -> anyhow::Result<Self> {
        let settings = PublishSettings {
            publish_connections: ONE,
            publish_window: ONE,
            publish_queue: ONE,
            publish_queue_timeout: QUEUE_TIMEOUT,
            publish_confirm_timeout: CONFIRM_TIMEOUT,
        };
        let (publisher, tasks) = Publisher::start(
            messaging,
            "publish",
            settings,
            RECONNECT,
            Arc::new(()),
            &CancellationToken::new(),
        );
        for task in tasks {
            tokio::spawn(task);
        }
        if timeout(CONNECT_TIMEOUT, publisher.ready()).await != Ok(true) {
            bail!("Nothing was replayed: {}", publisher.readiness());
        }
        Ok(Self { publisher })
    }

    /// `Ok` once the broker has the letter's message on disk in a queue.
    pub(super) async fn publish(&self, letter: &StoredDeadLetter) -> Result<(), PublishError> {
        let mut message = message::for_dead_letter(letter);
        let span = send_span(letter, &message);
        let original = propagation::span_in(&propagation::extract(&message.headers));
        // A trace that is not recorded would end the original one: then that goes on instead.
        if propagation::recorded_context_of(&span).is_some() {
            if let Some(original) = original {
                propagation::link(&span, original);
            }
            message.headers.remove("tracestate");
            propagation::inject(&span, &mut message.headers);
        }
        let published = self.publisher.publish(message).instrument(span.clone()).await;
        if let Err(error) = published {
            span.record(semconv::ERROR_TYPE, error.as_str());
            span.record("otel.status_code", "ERROR");
        }
        published
    }
}

/// The first span of the replay's own trace: the original one may be months old.
fn send_span(letter: &StoredDeadLetter, message: &OutgoingMessage) -> Span {
    let destination = format!("{REGISTRATIONS_EXCHANGE}:{}", message.lane);
    info_span!(
        parent: None,
        "send",
        otel.name = %format_args!("send {destination}"),
        otel.kind = "producer",
        otel.status_code = Empty,
        { semconv::MESSAGING_SYSTEM } = "rabbitmq",
        { semconv::MESSAGING_OPERATION_TYPE } = "send",
        { semconv::MESSAGING_OPERATION_NAME } = "send",
        { semconv::MESSAGING_DESTINATION_NAME } = destination,
        { semconv::MESSAGING_RABBITMQ_DESTINATION_ROUTING_KEY } = message.lane.as_str(),
        { semconv::MESSAGING_MESSAGE_ID } = message.message_id,
        { semconv::MESSAGING_MESSAGE_BODY_SIZE } = message.body.len(),
        registration.dead_letter = letter.id,
        { semconv::ERROR_TYPE } = Empty,
    )
}
