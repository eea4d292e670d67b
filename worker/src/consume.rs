//! Keeps one queue consumed, through every absence of RabbitMQ and MySQL.

use std::sync::Arc;

use registrar_common::messaging::{
    AmqpDeliveries, ConsumerConnection, Deliveries as _, MessagingSettings,
};
use registrar_common::retry::{Backoff, RetryPolicy};
use registrar_common::storage::RegistrationStore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::interruption::Interruption;
use crate::readiness::{Readiness, State};
use crate::writer::Writer;

/// Consumes one queue with a connection of its own and a channel per writer.
#[derive(Debug)]
pub struct Consumption<S> {
    /// How to reach RabbitMQ.
    pub messaging: MessagingSettings,
    /// How many batches are stored at the same time.
    pub writers: u16,
    /// Unsettled messages that each writer's channel holds at the most.
    pub prefetch: u16,
    /// What each writer does.
    pub writer: Arc<Writer<S>>,
    /// The delays between attempts to reach a server.
    pub reconnect: RetryPolicy,
    /// Where the state is shown.
    pub readiness: Readiness,
}

impl<S: RegistrationStore + 'static> Consumption<S> {
    /// Runs until `stop`. Fails only when a writer panicked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), JoinError> {
        let mut backoff = Backoff::new(self.reconnect);
        loop {
            let session = match self.open().await {
                Ok(session) => {
                    backoff.reset();
                    self.consuming();
                    self.consume(session, &stop).await?
                }
                Err(interruption) => Err(interruption),
            };
            if stop.is_cancelled() {
                return Ok(());
            }
            if let Err(interruption) = session {
                self.waiting_for(&interruption);
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = sleep(backoff.next_delay()) => {}
            }
        }
    }

    /// Consuming starts only when both servers answer, so that an absent MySQL does not wear out
    /// the messages' delivery counts.
    async fn open(&self) -> Result<(ConsumerConnection, Vec<AmqpDeliveries>), Interruption> {
        self.writer.store.probe().await.map_err(Interruption::of_probe)?;
        let queue = self.writer.source.queue;
        let connection =
            ConsumerConnection::connect(&self.messaging, &format!("consume {queue}")).await?;
        let mut channels = Vec::new();
        for _ in 0..self.writers {
            channels.push(connection.open(queue, self.prefetch).await?);
        }
        Ok((connection, channels))
    }

    async fn consume(
        &self,
        (connection, channels): (ConsumerConnection, Vec<AmqpDeliveries>),
        stop: &CancellationToken,
    ) -> Result<Result<(), Interruption>, JoinError> {
        let session = stop.child_token();
        let mut writers = JoinSet::new();
        for mut channel in channels {
            let writer = Arc::clone(&self.writer);
            let session = session.clone();
            writers.spawn(async move {
                let end = writer.run(&mut channel, &session).await;
                channel.give_back_all().await;
                end
            });
        }
        let mut result = Ok(());
        while let Some(end) = writers.join_next().await {
            // One writer's end is the end of the session: the others give back what they hold, and
            // all start again with fresh channels.
            session.cancel();
            if let Some(interruption) = Interruption::of(end?) {
                result = Err(interruption);
            }
        }
        connection.close().await;
        Ok(result)
    }

    fn consuming(&self) {
        let source = &self.writer.source;
        self.writer.metrics.paused(source, false);
        if self.readiness.set(source.name, State::Consuming) {
            tracing::info!(queue = source.queue, "consuming");
        }
    }

    fn waiting_for(&self, interruption: &Interruption) {
        let source = &self.writer.source;
        self.writer.metrics.paused(source, true);
        let changed = self.readiness.set(source.name, State::Waiting(interruption.to_string()));
        if changed && interruption.needs_operator() {
            tracing::error!(queue = source.queue, "not consuming: {interruption}");
        } else if changed {
            tracing::warn!(queue = source.queue, "not consuming: {interruption}");
        }
    }
}
