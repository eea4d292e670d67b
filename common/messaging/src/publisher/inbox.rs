use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::error::PublishError;
use super::observer::PublisherObserver;
use super::request::PublishRequest;
use crate::error::ConnectError;
use crate::ledger::sequence::SequenceNumbers;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionState {
    Connecting(Option<ConnectError>),
    Open,
    Blocked(String),
    Stopped,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PublishLimits {
    pub(crate) window: usize,
    pub(crate) confirm_timeout: Duration,
}

/// What outlives a single AMQP connection: the requests, and what was said about earlier ones.
pub(crate) struct Inbox {
    pub(crate) requests: mpsc::Receiver<PublishRequest>,
    pub(crate) state: watch::Sender<ConnectionState>,
    pub(crate) sequence: SequenceNumbers,
    /// Later than now while the user may not publish confirm reports.
    pub(crate) no_report_before: Instant,
    pub(crate) limits: PublishLimits,
    pub(crate) observer: Arc<dyn PublisherObserver>,
    pub(crate) shutdown: CancellationToken,
}

impl Inbox {
    /// Waits for `event` and refuses requests meanwhile; none when the shutdown came first.
    pub(crate) async fn refuse_until<T>(&mut self, event: impl Future<Output = T>) -> Option<T> {
        tokio::pin!(event);
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.cancelled() => return None,
                happened = &mut event => return Some(happened),
                Some(request) = self.requests.recv() => {
                    request.reply.answer(Err(PublishError::Unavailable));
                }
            }
        }
    }

    /// Refuses every waiting and every later request.
    pub(crate) fn close(&mut self) {
        self.state.send_replace(ConnectionState::Stopped);
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            request.reply.answer(Err(PublishError::Unavailable));
        }
    }
}
