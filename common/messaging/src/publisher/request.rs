use std::sync::Arc;

use registrar_domain::Lane;
use registrar_telemetry::propagation;
use registrar_telemetry::propagation::TraceId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::error::PublishError;
use super::message::{OutgoingMessage, OutgoingRegistration};
use super::observer::PublisherObserver;

pub(crate) struct PublishRequest {
    pub(crate) content: Content,
    pub(crate) reply: Reply,
    /// Sent or refused by then: the caller was promised an answer.
    pub(crate) send_before: Instant,
}

pub(crate) enum Content {
    /// A message of its own.
    Message(OutgoingMessage),
    /// May share a message with others.
    Registration(OutgoingRegistration),
}

impl Content {
    pub(crate) fn lane(&self) -> Lane {
        match self {
            Self::Message(message) => message.lane,
            Self::Registration(_) => OutgoingRegistration::LANE,
        }
    }
}

pub(crate) struct Reply {
    to: oneshot::Sender<Result<(), PublishError>>,
    lane: Lane,
    trace: Option<TraceId>,
    observer: Arc<dyn PublisherObserver>,
}

impl Reply {
    pub(crate) fn new(
        to: oneshot::Sender<Result<(), PublishError>>,
        lane: Lane,
        observer: Arc<dyn PublisherObserver>,
    ) -> Self {
        Self { to, lane, trace: propagation::current_recorded_trace(), observer }
    }

    /// The trace that the caller was in at the beginning, when that is recorded.
    pub(crate) fn trace(&self) -> Option<TraceId> {
        self.trace
    }

    /// No caller waits any more: what is not sent yet need not be.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.to.is_closed()
    }

    pub(crate) fn answer(self, result: Result<(), PublishError>) {
        self.observer.published(self.lane, result);
        // The caller is gone: the error does not matter.
        let _ = self.to.send(result);
    }
}
