use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{BoxFuture, FutureExt as _, select_ok};
use registrar_domain::Lane;
use registrar_runtime::retry::RetryPolicy;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::amqp_session::AmqpConnector;
use super::job::{Job, Reply};
use super::line::{Line, LineCondition, LineLimits};
use super::numbering::Numbering;
use super::session::Connector;
use super::{MessagingSettings, PublishError, PublishSettings, PublisherObserver, Readiness};

/// A message to be published.
#[derive(Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The queue it is for.
    pub lane: Lane,
    /// The id of its registration, or of its chunk: at most 255 bytes.
    pub message_id: String,
    /// An encoded [`Envelope`](super::Envelope).
    pub body: Vec<u8>,
    /// The trace context. Names of at most 255 bytes.
    pub headers: BTreeMap<String, String>,
}

/// Publishes with confirms: an answer of `Ok` means that the message is on disk in a queue.
///
/// A cheap handle; the connections are tasks of their own, see [`Publisher::start`].
#[derive(Clone)]
pub struct Publisher {
    lines: Arc<[LineHandle]>,
    turn: Arc<AtomicUsize>,
    settings: PublishSettings,
    observer: Arc<dyn PublisherObserver>,
}

struct LineHandle {
    jobs: mpsc::Sender<Job>,
    condition: watch::Receiver<LineCondition>,
}

/// A task of the publisher, to be run by whoever supervises the process: it ends after the
/// shutdown, and nothing is published without it.
pub type PublisherTask = BoxFuture<'static, ()>;

impl Publisher {
    /// A publisher and its tasks, one per connection.
    ///
    /// Request `shutdown` only after everyone has stopped publishing: whoever waits then is
    /// answered within the confirm timeout, whoever comes later is refused.
    pub fn start(
        messaging: &MessagingSettings,
        settings: PublishSettings,
        retry: RetryPolicy,
        observer: Arc<dyn PublisherObserver>,
        shutdown: &CancellationToken,
    ) -> (Self, Vec<PublisherTask>) {
        let connectors = (1..=settings.publish_connections.get())
            .map(|number| AmqpConnector::new(messaging.clone(), format!("publish {number}")));
        Self::with_connectors(connectors, settings, retry, observer, shutdown)
    }

    /// As [`Publisher::start`], on other connections than RabbitMQ's: one task per connector.
    pub fn with_connectors<C: Connector>(
        connectors: impl IntoIterator<Item = C>,
        settings: PublishSettings,
        retry: RetryPolicy,
        observer: Arc<dyn PublisherObserver>,
        shutdown: &CancellationToken,
    ) -> (Self, Vec<PublisherTask>) {
        let limits = LineLimits {
            window: settings.publish_window.get(),
            confirm_timeout: settings.publish_confirm_timeout,
        };
        let mut tasks = Vec::new();
        let mut lines = Vec::new();
        for connector in connectors {
            let (jobs, received) = mpsc::channel(settings.publish_queue.get());
            let (condition, seen) = watch::channel(LineCondition::Connecting(None));
            let (observer, shutdown) = (Arc::clone(&observer), shutdown.clone());
            let line = Line {
                connector,
                jobs: received,
                condition,
                numbering: Numbering::begin(),
                limits,
                retry,
                observer,
                shutdown,
            };
            tasks.push(line.run().boxed());
            lines.push(LineHandle { jobs, condition: seen });
        }
        (Self { lines: lines.into(), turn: Arc::default(), settings, observer }, tasks)
    }

    /// Publishes a message; `Ok` once the broker has it on disk in a queue.
    ///
    /// Answers within the queue timeout plus the confirm timeout. Dropping the future gives up the
    /// message if it was not sent yet, and otherwise only the answer.
    pub async fn publish(&self, message: OutgoingMessage) -> Result<(), PublishError> {
        let (to, answer) = oneshot::channel();
        let reply = Reply::new(to, message.lane, Arc::clone(&self.observer));
        let send_before = Instant::now() + self.settings.publish_queue_timeout;
        self.hand_over(Job { message, reply, send_before });
        // Without an answer the task died, perhaps after it sent the message.
        answer.await.unwrap_or(Err(PublishError::Unknown))
    }

    /// Gives the job to the next line that takes it, or answers it.
    fn hand_over(&self, mut job: Job) {
        let mut error = PublishError::Unavailable;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        for offset in 0..self.lines.len() {
            let line = &self.lines[turn.wrapping_add(offset) % self.lines.len()];
            if *line.condition.borrow() != LineCondition::Open {
                continue;
            }
            match line.jobs.try_send(job) {
                Ok(()) => return,
                Err(mpsc::error::TrySendError::Full(back)) => {
                    error = PublishError::Saturated;
                    job = back;
                }
                Err(mpsc::error::TrySendError::Closed(back)) => job = back,
            }
        }
        job.reply.answer(Err(error));
    }

    /// Whether messages are taken, and if not, why.
    pub fn readiness(&self) -> Readiness {
        let conditions: Vec<_> = self.lines.iter().map(|l| l.condition.borrow().clone()).collect();
        Readiness::of(&conditions)
    }

    /// Waits until messages are taken; false when they never will be, since the tasks have ended.
    pub async fn ready(&self) -> bool {
        let mut conditions: Vec<_> = self.lines.iter().map(|l| l.condition.clone()).collect();
        let opened =
            conditions.iter_mut().map(|c| c.wait_for(|c| *c == LineCondition::Open).boxed());
        select_ok(opened).await.is_ok()
    }
}

#[cfg(test)]
mod doubles;
#[cfg(test)]
mod tests;
