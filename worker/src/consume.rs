//! Keeps one queue consumed, through every absence of RabbitMQ and MySQL.

use std::future::pending;
use std::sync::Arc;

use registrar_messaging::{Consuming, ConsumingConnector, Deliveries};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::{LanePause, PauseWatch, RegistrationStore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::batch::Pace;
use crate::interruption::Interruption;
use crate::readiness::{Readiness, State};
use crate::writer::{Writer, WriterEnd};

/// Consumes one queue with a connection of its own and a channel per writer.
#[derive(Debug)]
pub struct Consumption<C, S> {
    /// How to reach RabbitMQ.
    pub messaging: C,
    /// How many batches are stored at the same time.
    pub writers: u16,
    /// The most registrations in a batch.
    pub batch_rows: u16,
    /// What each writer does.
    pub writer: Arc<Writer<S>>,
    /// The delays between attempts to reach a server.
    pub reconnect: RetryPolicy,
    /// The delays between attempts to store while MySQL answers and takes nothing: long ones, since
    /// before RabbitMQ 4.3 each attempt counts as a delivery of the message it is made with.
    pub resume: RetryPolicy,
    /// Where the state is shown.
    pub readiness: Readiness,
    /// Which lanes operators paused.
    pub pauses: PauseWatch,
}

/// How a session with the writers of one pace ended.
enum SessionEnd {
    Stopped,
    Change(Pace),
    Interrupted(Interruption),
}

impl<C, S> Consumption<C, S>
where
    C: ConsumingConnector,
    S: RegistrationStore + 'static,
{
    /// Runs until `stop`. Fails only when a writer panicked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), JoinError> {
        let mut reconnect = Backoff::new(self.reconnect);
        let mut resume = Backoff::new(self.resume);
        loop {
            if let Some(pause) = self.pause() {
                self.paused(&pause);
                tokio::select! {
                    biased;
                    () = stop.cancelled() => return Ok(()),
                    () = self.pause_changed(Some(&pause)) => continue,
                }
            }
            let opened = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                opened = self.open() => opened,
            };
            let (interruption, delay) = match opened {
                Err(Interruption::Paused) => continue,
                Err(interruption) => (interruption, reconnect.next_delay()),
                Ok(connection) => {
                    self.consuming();
                    let proved_good = || {
                        reconnect.reset();
                        resume.reset();
                    };
                    let consumed = self.consume(&connection, proved_good, &stop).await?;
                    connection.close().await;
                    match consumed {
                        Ok(()) => return Ok(()),
                        Err(Interruption::Paused) => continue,
                        Err(error) if error.is_of_store() => (error, resume.next_delay()),
                        Err(error) => (error, reconnect.next_delay()),
                    }
                }
            };
            self.waiting_for(&interruption);
            tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                () = self.pause_changed(None) => {}
                () = sleep(delay) => {}
            }
        }
    }

    /// Consuming starts only when both servers answer, so that an absent MySQL does not use up the
    /// deliveries that a message has (from RabbitMQ 4.3 on, what is requeued is not counted); and when
    /// it is known that the lane is not paused.
    async fn open(&self) -> Result<C::Connection, Interruption> {
        self.writer.store.probe().await.map_err(Interruption::of_probe)?;
        self.pauses.known().await;
        if self.pause().is_some() {
            return Err(Interruption::Paused);
        }
        let purpose = format!("consume {}", self.writer.source.queue);
        Ok(self.messaging.connect(&purpose).await?)
    }

    /// Consumes on this connection at changing pace until `stop` or an interruption.
    async fn consume(
        &self,
        connection: &C::Connection,
        mut proved_good: impl FnMut(),
        stop: &CancellationToken,
    ) -> Result<Result<(), Interruption>, JoinError> {
        let mut pace = Pace::Careful;
        loop {
            let channels = match self.channels(connection, pace).await {
                Ok(channels) => channels,
                Err(interruption) => return Ok(Err(interruption)),
            };
            match self.session(channels, pace, stop).await? {
                SessionEnd::Stopped => return Ok(Ok(())),
                SessionEnd::Interrupted(interruption) => return Ok(Err(interruption)),
                SessionEnd::Change(next) => {
                    if next == Pace::Full {
                        proved_good();
                    }
                    pace = next;
                }
            }
        }
    }

    async fn channels(
        &self,
        connection: &C::Connection,
        pace: Pace,
    ) -> Result<Vec<<C::Connection as Consuming>::Deliveries>, Interruption> {
        let source = &self.writer.source;
        let writers = if pace == Pace::Careful { 1 } else { self.writers };
        let prefetch = source.prefetch(pace, self.batch_rows);
        let mut channels = Vec::new();
        for _ in 0..writers {
            channels.push(connection.open(source.queue, prefetch).await?);
        }
        Ok(channels)
    }

    async fn session(
        &self,
        channels: Vec<<C::Connection as Consuming>::Deliveries>,
        pace: Pace,
        stop: &CancellationToken,
    ) -> Result<SessionEnd, JoinError> {
        let session = stop.child_token();
        let wind_down = session.child_token();
        let mut writers = JoinSet::new();
        for mut channel in channels {
            let writer = Arc::clone(&self.writer);
            let (session, wind_down) = (session.clone(), wind_down.clone());
            writers.spawn(async move {
                let end = writer.run(pace, &mut channel, &wind_down, &session).await;
                channel.take_no_more().await;
                (end, channel)
            });
        }
        let mut ended = SessionEnd::Stopped;
        let mut idle = Vec::new();
        let mut is_paused = false;
        loop {
            let writer = tokio::select! {
                biased;
                writer = writers.join_next() => writer,
                () = self.pause_changed(None), if !is_paused => {
                    is_paused = true;
                    session.cancel();
                    continue;
                }
            };
            let Some(writer) = writer else { break };
            // One writer's end is the end of the session, and all start again with fresh channels.
            // For another pace the others settle what they have in hand first.
            let (end, channel) = writer?;
            match end {
                WriterEnd::Stopped | WriterEnd::Change(_) => wind_down.cancel(),
                _ => session.cancel(),
            }
            ended = ended.and(end);
            idle.push(channel);
        }
        // Only now that nobody takes any more: what one gives back must not go round by another.
        for mut channel in idle {
            channel.give_back_all().await;
        }
        Ok(match ended {
            _ if stop.is_cancelled() => SessionEnd::Stopped,
            SessionEnd::Stopped | SessionEnd::Change(_) if is_paused => {
                SessionEnd::Interrupted(Interruption::Paused)
            }
            ended => ended,
        })
    }

    /// The pause of this queue's lane, if it is paused.
    fn pause(&self) -> Option<LanePause> {
        self.pauses.now(self.writer.source.lane?)
    }

    async fn pause_changed(&self, told: Option<&LanePause>) {
        match self.writer.source.lane {
            Some(lane) => self.pauses.changed(lane, told).await,
            None => pending().await,
        }
    }

    fn paused(&self, pause: &LanePause) {
        let source = &self.writer.source;
        self.writer.metrics.paused(source, true);
        let until = pause.until_text();
        let sentence = format!("Paused by an operator until {until}.");
        if self.readiness.set(source.name, State::Paused(sentence)) {
            tracing::warn!(queue = source.queue, until, "paused by an operator");
        }
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

impl SessionEnd {
    /// The end of the session, given one more writer's: what stands in the way counts most.
    fn and(self, end: WriterEnd) -> Self {
        match (self, end) {
            (interrupted @ Self::Interrupted(_), _) => interrupted,
            (_, WriterEnd::ChannelGone) => Self::Interrupted(Interruption::ConnectionLost),
            (_, WriterEnd::StoreAway(error)) => Self::Interrupted(Interruption::StoreAway(error)),
            (_, WriterEnd::OperatorNeeded(error)) => {
                Self::Interrupted(Interruption::OperatorNeeded(error))
            }
            (_, WriterEnd::Change(pace)) => Self::Change(pace),
            (so_far, WriterEnd::Stopped) => so_far,
        }
    }
}
