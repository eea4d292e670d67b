//! Publishing with confirms.

mod amqp;
mod connection_task;
pub(crate) mod error;
pub(crate) mod gathering;
mod inbox;
pub(crate) mod message;
pub(crate) mod observer;
mod open_channel;
mod outstanding;
mod properties;
pub(crate) mod readiness;
mod request;
pub mod transport;

use std::sync::Arc;

use futures_util::future::{BoxFuture, FutureExt as _, select_ok};
use registrar_runtime::retry::RetryPolicy;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::amqp::AmqpConnector;
use self::connection_task::ConnectionTask;
use self::error::PublishError;
use self::gathering::GROUP_MOST;
use self::inbox::{ConnectionState, Inbox, PublishLimits};
use self::message::{OutgoingMessage, OutgoingRegistration};
use self::observer::PublisherObserver;
use self::readiness::Readiness;
use self::request::{Content, PublishRequest, Reply};
use self::transport::Connector;
use crate::ledger::sequence::SequenceNumbers;
use crate::settings::{MessagingSettings, PublishSettings};

/// Publishes with confirms: an answer of `Ok` means that the message is on disk in a queue.
///
/// A cheap handle; the connections are tasks of their own, see [`Publisher::start`].
#[derive(Clone)]
pub struct Publisher {
    connections: Arc<[ConnectionHandle]>,
    settings: PublishSettings,
    observer: Arc<dyn PublisherObserver>,
}

struct ConnectionHandle {
    requests: mpsc::Sender<PublishRequest>,
    state: watch::Receiver<ConnectionState>,
}

impl ConnectionHandle {
    fn is_open(&self) -> bool {
        *self.state.borrow() == ConnectionState::Open
    }

    /// What waits would fit into one message: the window is not full.
    fn keeps_up(&self) -> bool {
        self.requests.max_capacity() - self.requests.capacity() < GROUP_MOST
    }
}

/// A task of the publisher, to be run by what supervises the process: it ends after the
/// shutdown, and nothing is published without it.
pub type PublisherTask = BoxFuture<'static, ()>;

impl Publisher {
    /// A publisher and its tasks, one per connection. `purpose` is what RabbitMQ's own lists show.
    ///
    /// Request `shutdown` only after all callers have stopped publishing: those that wait then are
    /// answered within the confirm timeout, those that come later are refused.
    pub fn start(
        messaging: &MessagingSettings,
        purpose: &str,
        settings: PublishSettings,
        retry: RetryPolicy,
        observer: Arc<dyn PublisherObserver>,
        shutdown: &CancellationToken,
    ) -> (Self, Vec<PublisherTask>) {
        let connectors = (1..=settings.publish_connections.get())
            .map(|number| AmqpConnector::new(messaging.clone(), format!("{purpose} {number}")));
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
        let limits = PublishLimits {
            window: settings.publish_window.get(),
            confirm_timeout: settings.publish_confirm_timeout,
        };
        let mut tasks = Vec::new();
        let mut connections = Vec::new();
        for connector in connectors {
            let (requests, received) = mpsc::channel(settings.publish_queue.get());
            let (state, seen) = watch::channel(ConnectionState::Connecting(None));
            let inbox = Inbox {
                requests: received,
                state,
                sequence: SequenceNumbers::new(),
                no_report_before: Instant::now(),
                limits,
                observer: Arc::clone(&observer),
                shutdown: shutdown.clone(),
            };
            tasks.push(ConnectionTask { connector, retry, inbox }.run().boxed());
            connections.push(ConnectionHandle { requests, state: seen });
        }
        (Self { connections: connections.into(), settings, observer }, tasks)
    }

    /// Publishes a registration; `Ok` once the broker has it on disk in a queue. While many
    /// confirms are outstanding it shares a message with others.
    ///
    /// Answers within the queue timeout plus the confirm timeout. Dropping the future gives up the
    /// registration if it was not sent yet, and otherwise only the answer.
    pub async fn register(&self, registration: OutgoingRegistration) -> Result<(), PublishError> {
        self.request(Content::Registration(registration)).await
    }

    /// The same for a message of its own.
    pub async fn publish(&self, message: OutgoingMessage) -> Result<(), PublishError> {
        self.request(Content::Message(message)).await
    }

    async fn request(&self, content: Content) -> Result<(), PublishError> {
        let (to, answer) = oneshot::channel();
        let reply = Reply::new(to, content.lane(), Arc::clone(&self.observer));
        let send_before = Instant::now() + self.settings.publish_queue_timeout;
        self.hand_over(PublishRequest { content, reply, send_before });
        // Without an answer the task died, perhaps after it sent the message.
        answer.await.unwrap_or(Err(PublishError::Unknown))
    }

    /// Gives the request to the first connection that keeps up, or else to the first that takes it, or
    /// answers it. The others stand by, since more registrations share a message on one connection
    /// than on several.
    fn hand_over(&self, mut request: PublishRequest) {
        let mut error = PublishError::Unavailable;
        let open = || self.connections.iter().filter(|connection| connection.is_open());
        for connection in open().filter(|connection| connection.keeps_up()).chain(open()) {
            match connection.requests.try_send(request) {
                Ok(()) => return,
                Err(mpsc::error::TrySendError::Full(back)) => {
                    error = PublishError::Saturated;
                    request = back;
                }
                Err(mpsc::error::TrySendError::Closed(back)) => request = back,
            }
        }
        request.reply.answer(Err(error));
    }

    /// Whether messages are taken, and if not, why.
    pub fn readiness(&self) -> Readiness {
        let states: Vec<_> =
            self.connections.iter().map(|connection| connection.state.borrow().clone()).collect();
        Readiness::from_states(&states)
    }

    /// Waits until messages are taken; false when they never will be, since the tasks have ended.
    pub async fn ready(&self) -> bool {
        let mut states: Vec<_> =
            self.connections.iter().map(|connection| connection.state.clone()).collect();
        let opened = states
            .iter_mut()
            .map(|state| state.wait_for(|now| *now == ConnectionState::Open).boxed());
        select_ok(opened).await.is_ok()
    }
}

#[cfg(test)]
mod tests;
