//! Keeps one queue consumed, through every absence of RabbitMQ and MySQL, as drawn in
//! `docs/consumer-states.md`.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use registrar_messaging::{ConsumerConnection, ConsumerConnector, Deliveries};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::{LanePause, PauseWatch, RegistrationStore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::batcher::Mode;
use crate::processor::{Processor, ProcessorEnd};
use crate::readiness::{self, Readiness};
use crate::unavailable::Unavailable;

/// Consumes one queue with a connection of its own and a channel per processor.
#[derive(Debug)]
pub struct Consumer<C, S> {
    pub messaging: C,
    /// How many batches are stored at the same time.
    pub processors: u16,
    pub batch_rows: u16,
    pub processor: Arc<Processor<S>>,
    /// The delays between attempts to reach a server.
    pub reconnect: RetryPolicy,
    /// The delays between attempts to store while MySQL answers and takes nothing: long ones, since
    /// before RabbitMQ 4.3 each attempt counts as a delivery of the message it is made with.
    pub resume: RetryPolicy,
    pub readiness: Readiness,
    pub pauses: PauseWatch,
}

enum State<C> {
    Paused(LanePause),
    Connecting,
    Consuming(C),
    BackingOff(Unavailable, Duration),
    Stopped,
}

/// The delays before it connects again.
struct Delays {
    reconnect: Backoff,
    resume: Backoff,
}

impl<C, S> Consumer<C, S>
where
    C: ConsumerConnector,
    S: RegistrationStore + 'static,
{
    /// Runs until `stop`. Fails only when a processor panicked.
    pub async fn run(self, stop: CancellationToken) -> Result<(), JoinError> {
        let mut delays =
            Delays { reconnect: Backoff::new(self.reconnect), resume: Backoff::new(self.resume) };
        let mut state = State::Connecting;
        loop {
            state = match state {
                State::Stopped => return Ok(()),
                State::Paused(pause) => {
                    self.show_paused(&pause);
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => State::Stopped,
                        () = self.pause_changed(Some(&pause)) => State::Connecting,
                    }
                }
                State::Connecting => tokio::select! {
                    biased;
                    () = stop.cancelled() => State::Stopped,
                    next = self.connect(&mut delays) => next,
                },
                State::Consuming(connection) => {
                    self.show_consuming();
                    let next = self.consume(&connection, &mut delays, &stop).await?;
                    connection.close().await;
                    next
                }
                State::BackingOff(unavailable, delay) => {
                    self.show_unavailable(&unavailable);
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => State::Stopped,
                        () = self.pause_changed(None) => State::Connecting,
                        () = sleep(delay) => State::Connecting,
                    }
                }
            };
        }
    }

    /// Consuming starts only when both servers answer, so that an absent MySQL does not use up the
    /// deliveries that a message has (from RabbitMQ 4.3 on, what is requeued is not counted); and when
    /// it is known that the lane is not paused.
    async fn connect(&self, delays: &mut Delays) -> State<C::Connection> {
        if let Some(pause) = self.pause() {
            return State::Paused(pause);
        }
        let connected = async {
            self.processor.store.probe().await.map_err(Unavailable::from_probe)?;
            self.pauses.wait_until_read().await;
            if let Some(pause) = self.pause() {
                return Ok(State::Paused(pause));
            }
            let purpose = format!("consume {}", self.processor.source.queue);
            Ok(State::Consuming(self.messaging.connect(&purpose).await?))
        };
        connected.await.unwrap_or_else(|unavailable| {
            State::BackingOff(unavailable, delays.reconnect.next_delay())
        })
    }

    /// Consumes on this connection in changing modes until `stop`, a pause or an interruption.
    async fn consume(
        &self,
        connection: &C::Connection,
        delays: &mut Delays,
        stop: &CancellationToken,
    ) -> Result<State<C::Connection>, JoinError> {
        let mut mode = Mode::Probing;
        loop {
            let end = match self.channels(connection, mode).await {
                Ok(channels) => self.run_processors(channels, mode, stop).await?,
                Err(unavailable) => ProcessorEnd::Interrupted(unavailable),
            };
            match end {
                ProcessorEnd::Change(next) => mode = next,
                ProcessorEnd::Stopped => return Ok(State::Stopped),
                ProcessorEnd::Interrupted(Unavailable::Paused) => return Ok(State::Connecting),
                ProcessorEnd::Interrupted(unavailable) => {
                    let delay = delays.after(&unavailable);
                    return Ok(State::BackingOff(unavailable, delay));
                }
            }
            if mode == Mode::Normal {
                delays.reset();
            }
        }
    }

    async fn channels(
        &self,
        connection: &C::Connection,
        mode: Mode,
    ) -> Result<Vec<<C::Connection as ConsumerConnection>::Deliveries>, Unavailable> {
        let source = &self.processor.source;
        let processors = if mode == Mode::Probing { 1 } else { self.processors };
        let prefetch = source.prefetch(mode, self.batch_rows);
        let mut channels = Vec::new();
        for _ in 0..processors {
            channels.push(connection.open(source.queue, prefetch).await?);
        }
        Ok(channels)
    }

    async fn run_processors(
        &self,
        channels: Vec<<C::Connection as ConsumerConnection>::Deliveries>,
        mode: Mode,
        stop: &CancellationToken,
    ) -> Result<ProcessorEnd, JoinError> {
        let run = stop.child_token();
        let wind_down = run.child_token();
        let mut processors = JoinSet::new();
        for mut channel in channels {
            let processor = Arc::clone(&self.processor);
            let (run, wind_down) = (run.clone(), wind_down.clone());
            processors.spawn(async move {
                let end = processor.run(mode, &mut channel, &wind_down, &run).await;
                channel.cancel().await;
                (end, channel)
            });
        }
        let mut ended = ProcessorEnd::Stopped;
        let mut idle = Vec::new();
        let mut is_paused = false;
        loop {
            let processor = tokio::select! {
                biased;
                processor = processors.join_next() => processor,
                () = self.pause_changed(None), if !is_paused => {
                    is_paused = true;
                    run.cancel();
                    continue;
                }
            };
            let Some(processor) = processor else { break };
            // One processor's end is the end of the run, and all start again with fresh channels.
            // For another mode the others settle what they have in hand first.
            let (end, channel) = processor?;
            match end {
                ProcessorEnd::Stopped | ProcessorEnd::Change(_) => wind_down.cancel(),
                ProcessorEnd::Interrupted(_) => run.cancel(),
            }
            ended = ended.and(end);
            idle.push(channel);
        }
        // Only after all of them have stopped: a requeued delivery must not be picked up by a
        // sibling.
        for mut channel in idle {
            channel.requeue_all().await;
        }
        Ok(match ended {
            _ if stop.is_cancelled() => ProcessorEnd::Stopped,
            ProcessorEnd::Stopped | ProcessorEnd::Change(_) if is_paused => {
                ProcessorEnd::Interrupted(Unavailable::Paused)
            }
            ended => ended,
        })
    }

    /// The pause of this queue's lane, if it is paused.
    fn pause(&self) -> Option<LanePause> {
        self.pauses.now(self.processor.source.lane?)
    }

    async fn pause_changed(&self, shown: Option<&LanePause>) {
        match self.processor.source.lane {
            Some(lane) => self.pauses.changed(lane, shown).await,
            None => pending().await,
        }
    }

    fn show_paused(&self, pause: &LanePause) {
        let until = pause.until_text();
        let sentence = format!("Paused by an operator until {until}.");
        if self.show(readiness::State::Degraded(sentence)) {
            tracing::warn!(queue = self.processor.source.queue, until, "paused by an operator");
        }
    }

    fn show_consuming(&self) {
        if self.show(readiness::State::Consuming) {
            tracing::info!(queue = self.processor.source.queue, "consuming");
        }
    }

    fn show_unavailable(&self, unavailable: &Unavailable) {
        let queue = self.processor.source.queue;
        let changed = self.show(readiness::State::Waiting(unavailable.to_string()));
        if changed && unavailable.needs_operator() {
            tracing::error!(queue, "not consuming: {unavailable}");
        } else if changed {
            tracing::warn!(queue, "not consuming: {unavailable}");
        }
    }

    /// Whether the state has changed.
    fn show(&self, state: readiness::State) -> bool {
        let source = &self.processor.source;
        self.processor.metrics.paused(source, state != readiness::State::Consuming);
        self.readiness.set(source.name, state)
    }
}

impl Delays {
    fn after(&mut self, unavailable: &Unavailable) -> Duration {
        let backoff =
            if unavailable.is_of_store() { &mut self.resume } else { &mut self.reconnect };
        backoff.next_delay()
    }

    fn reset(&mut self) {
        self.reconnect.reset();
        self.resume.reset();
    }
}
