//! The task that owns one publisher connection and everything in flight on it.
//!
//! ```text
//! connecting ──> open <──> blocked        requests are answered "unavailable" unless open
//!      ^           │           │
//!      ├── closed, timed out, returned ──> everything in flight is answered "unknown"
//!      └── everything was refused for long, once nothing is in flight
//! ```

use registrar_runtime::retry::{Backoff, RetryPolicy};
use tokio::time::sleep;

use super::inbox::{ConnectionState, Inbox};
use super::open_channel::{Ended, OpenChannel};
use super::transport::Connector;

pub(crate) struct ConnectionTask<C> {
    pub(crate) connector: C,
    pub(crate) retry: RetryPolicy,
    pub(crate) inbox: Inbox,
}

impl<C: Connector> ConnectionTask<C> {
    /// Publishes until the shutdown; reconnects without a limit.
    pub(crate) async fn run(mut self) {
        let mut backoff = Backoff::new(self.retry);
        while let Some(channel) = self.connect(&mut backoff).await {
            self.inbox.state.send_replace(ConnectionState::Open);
            tracing::info!("publishing: connected to RabbitMQ");
            let mut open = OpenChannel::new(channel, &mut self.inbox);
            let ended = open.run().await;
            let was_useful = open.was_useful();
            open.finish(&ended).await;
            let Ended::Broken { why } = ended else { break };
            tracing::warn!(why, "publishing: the connection to RabbitMQ is given up");
            self.inbox.state.send_replace(ConnectionState::Connecting(None));
            // A connection that confirmed nothing must not be replaced in a tight loop.
            if was_useful {
                backoff.reset();
            }
            if self.inbox.refuse_until(sleep(backoff.next_delay())).await.is_none() {
                break;
            }
        }
        self.inbox.close();
    }

    /// A new channel; none when the shutdown came first.
    async fn connect(&mut self, backoff: &mut Backoff) -> Option<C::Channel> {
        let mut logged = None;
        loop {
            let attempt = self.connector.connect();
            let error = match self.inbox.refuse_until(attempt).await? {
                Ok(channel) => return Some(channel),
                Err(error) => error,
            };
            // Once per cause, since this may go on for hours.
            if logged.as_ref() != Some(&error) {
                tracing::warn!(%error, "publishing: no connection to RabbitMQ");
                logged = Some(error.clone());
            }
            self.inbox.state.send_replace(ConnectionState::Connecting(Some(error)));
            self.inbox.refuse_until(sleep(backoff.next_delay())).await?;
        }
    }
}
