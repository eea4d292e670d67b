use std::sync::Arc;

use registrar_domain::Lane;
use registrar_telemetry::propagation;
use registrar_telemetry::propagation::TraceId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{OutgoingMessage, PublishError, PublisherObserver};

/// A message and whoever waits for the answer.
pub(super) struct Job {
    pub(super) message: OutgoingMessage,
    pub(super) reply: Reply,
    /// Not sent after this: the caller was promised an answer.
    pub(super) send_before: Instant,
}

/// Who is to be told what became of a message.
pub(super) struct Reply {
    to: oneshot::Sender<Result<(), PublishError>>,
    lane: Lane,
    trace: Option<TraceId>,
    observer: Arc<dyn PublisherObserver>,
}

impl Reply {
    pub(super) fn new(
        to: oneshot::Sender<Result<(), PublishError>>,
        lane: Lane,
        observer: Arc<dyn PublisherObserver>,
    ) -> Self {
        Self { to, lane, trace: propagation::current_recorded_trace(), observer }
    }

    /// The trace that the caller was in at the beginning, when that is recorded.
    pub(super) fn trace(&self) -> Option<TraceId> {
        self.trace
    }

    /// Nobody waits any more: what is not sent yet need not be.
    pub(super) fn is_abandoned(&self) -> bool {
        self.to.is_closed()
    }

    pub(super) fn answer(self, result: Result<(), PublishError>) {
        self.observer.published(self.lane, result);
        // Whoever hung up does not want to know.
        let _ = self.to.send(result);
    }
}
