//! One straight way from the deliveries of a channel to rows: gather, store with retry, ack, observe.

mod acks;
mod channel;
mod delayed;
mod store;

use std::sync::Arc;
use std::time::Duration;

use registrar_domain::ledger::{Ledger, SequenceKey};
use registrar_messaging::Deliveries;
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::RegistrationStore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::acks::Overdue;
use self::channel::{Channel, Origin};
use crate::batcher::{BatchLimits, Batcher, Gathered, Mode};
use crate::item::{Decode, Item};
use crate::ledger::{NOTED_WITHIN, Recorder};
use crate::observe::metrics::WorkerMetrics;
use crate::observe::trace::BatchTrace;
use crate::retry_decision::{AfterDelay, after_delay};
use crate::source::Source;
use crate::split::{Splitter, is_of_broker};
use crate::unavailable::Unavailable;

/// Processes the deliveries of one channel, one batch after the other.
///
/// A delivery is acked only when each of its registrations has an outcome in the database. Since
/// batches are stored in order, one multiple-ack does for each, unless a suspected delivery was put
/// aside, or one is delayed: something in MySQL is in its way and not in that of the others.
#[derive(Debug)]
pub struct Processor<S> {
    pub source: Source,
    pub store: Arc<S>,
    pub ledger: Recorder,
    pub splitter: Splitter,
    pub decode: Decode,
    /// How batches of the interactive lane grow.
    pub limits: BatchLimits,
    /// The delays between attempts.
    pub retry: RetryPolicy,
    /// How long a batch may fail before its deliveries go back to the queue.
    pub requeue_after: Duration,
    pub metrics: Arc<WorkerMetrics>,
}

/// Why a processor ended, or all of a channel's siblings. What was not acked goes back to the queue.
#[derive(Debug)]
pub enum ProcessorEnd {
    Stopped,
    Change(Mode),
    Interrupted(Unavailable),
}

impl ProcessorEnd {
    /// The end's name in spans.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Change(_) => "mode_changed",
            Self::Interrupted(unavailable) => unavailable.as_str(),
        }
    }

    /// The end of several, given one more: what stands in the way counts most.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (interrupted @ Self::Interrupted(_), _) | (_, interrupted @ Self::Interrupted(_)) => {
                interrupted
            }
            (_, change @ Self::Change(_)) => change,
            (so_far, Self::Stopped) => so_far,
        }
    }
}

impl From<Unavailable> for ProcessorEnd {
    fn from(unavailable: Unavailable) -> Self {
        Self::Interrupted(unavailable)
    }
}

impl<S: RegistrationStore> Processor<S> {
    /// Runs until `stop`, until something stands in the way, or until another mode is called for:
    /// normal when a message that is not suspected was processed alone, probing when a suspected one
    /// comes.
    ///
    /// For a change of mode what is in hand is processed first, and so it is on `wind_down`, a child
    /// of `stop`: what is requeued counts as delivered once more (before RabbitMQ 4.3), and after a
    /// few changes messages would be suspected, and at last dead letters, that never did anything.
    pub async fn run<D: Deliveries>(
        &self,
        mode: Mode,
        deliveries: &mut D,
        wind_down: &CancellationToken,
        stop: &CancellationToken,
    ) -> ProcessorEnd {
        let rows = u16::try_from(self.limits.rows).unwrap_or(u16::MAX);
        let prefetch = self.source.prefetch(mode, rows);
        let waiting = self.metrics.waiting.channel(&self.source);
        let mut channel = Channel::new(deliveries, prefetch, self.retry, waiting, stop);
        let mut batcher = Batcher::new(mode, self.source.limits(self.limits), self.decode);
        let end = self.process_all(mode, &mut batcher, &mut channel, wind_down).await;
        // Whatever the end is: what is stored is acked if it can be noted.
        self.ack_what_is_stored(&mut channel).await;
        end
    }

    async fn process_all<D: Deliveries>(
        &self,
        mode: Mode,
        batcher: &mut Batcher,
        channel: &mut Channel<'_, D>,
        wind_down: &CancellationToken,
    ) -> ProcessorEnd {
        loop {
            let processed = tokio::select! {
                biased;
                noted = channel.acks.noted(self.requeue_after) => match noted {
                    Ok(()) => channel.ack().await,
                    Err(Overdue) => Err(Unavailable::StoreAway(self.ledger.why_not_noted()).into()),
                },
                () = channel.delayed.due() => self.retry_delayed(channel).await,
                gathered = batcher.next(channel.deliveries, wind_down) => match gathered {
                    Gathered::Batch(items) if mode == Mode::Probing => {
                        self.probe(items, channel).await
                    }
                    Gathered::Batch(items) => self.process(items, Origin::Next, channel).await,
                    Gathered::SuspectedPoison => {
                        let end = ProcessorEnd::Change(Mode::Probing);
                        Err(self.process_what_is_in_hand(batcher, channel, end).await)
                    }
                    Gathered::Stopped => {
                        let end = ProcessorEnd::Stopped;
                        Err(self.process_what_is_in_hand(batcher, channel, end).await)
                    }
                    Gathered::ChannelGone => Err(Unavailable::ConnectionLost.into()),
                },
            };
            if let Err(end) = processed {
                return end;
            }
        }
    }

    /// Processes one message; after one that is not suspected the mode is normal.
    async fn probe<D: Deliveries>(
        &self,
        items: Vec<Item>,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let proves_good = !items.iter().any(Item::is_suspected_poison);
        if proves_good {
            // The broker would send the next message with the ack, only to get it back.
            channel.deliveries.cancel().await;
        }
        self.process(items, Origin::Next, channel).await?;
        if proves_good { Err(ProcessorEnd::Change(Mode::Normal)) } else { Ok(()) }
    }

    /// The way of a batch: it is stored, acked once the ledger has it, and observed. What is delayed
    /// of it stays with the channel.
    async fn process<D: Deliveries>(
        &self,
        mut batch: Vec<Item>,
        origin: Origin,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let trace = BatchTrace::begin(&self.source, &batch);
        let in_hand = origin.is_first_attempt().then(|| {
            channel.waiting.gathered(&batch, channel.delayed.oldest());
            self.metrics.gathered(&self.source, &batch, &trace)
        });
        let holds_delayed = origin == Origin::Overdue;
        let storing = self.store_with_retry(&mut batch, holds_delayed, &trace, channel.stop);
        if let Err(end) = trace.run(storing).await {
            trace.requeue(end.as_str());
            return Err(end);
        }
        self.note(&batch, origin, channel).await;
        let acked = channel.ack().await;
        self.metrics.stored(&self.source, &batch, &trace);
        trace.end(&batch);
        drop(in_hand);
        channel.keep_delayed(batch, origin);
        acked
    }

    /// Lets the ledger know what is settled, after every outcome is proved and before the ack: a
    /// crash in between leads to a redelivery, which comes to the same outcomes and numbers.
    async fn note<D: Deliveries>(
        &self,
        batch: &[Item],
        origin: Origin,
        channel: &mut Channel<'_, D>,
    ) {
        let settled: Vec<_> = batch.iter().filter(|item| !item.is_delayed()).collect();
        let numbers = self.numbers(&settled);
        let noted = if numbers.is_empty() {
            None
        } else {
            // What was split may crash this worker any moment; acked by then, it is not split again.
            let is_urgent =
                channel.is_running_low(settled.len()) || settled.iter().any(|item| item.is_split());
            Some(self.ledger.note(numbers, is_urgent).await)
        };
        let is_whole = origin == Origin::Next && settled.len() == batch.len();
        channel.ack_once_noted(&settled, is_whole, noted);
    }

    /// What the ledger learns when these messages are settled.
    fn numbers(&self, settled: &[&Item]) -> Ledger {
        let mut ledger = Ledger::default();
        for item in settled {
            let Some(numbers) = item.delivery.numbers else { continue };
            let Some(lane) = self.source.lane_of(item) else { continue };
            let key = SequenceKey { producer: numbers.producer, lane };
            ledger.entry(key).settled.insert(numbers.first, numbers.last);
        }
        ledger
    }

    /// Tries again what is delayed, which the others wait for as long as one lock wait takes.
    async fn retry_delayed<D: Deliveries>(
        &self,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let delayed = channel.delayed.take();
        let after = |item: &Item| {
            let others_pass = item.delay.is_some_and(|delay| delay.others_pass);
            after_delay(item.delayed_for(), others_pass, self.requeue_after)
        };
        let mut in_the_way = delayed.iter().filter(|item| after(item) == AfterDelay::Requeue);
        if let Some(error) = in_the_way.find_map(Item::delayed_by) {
            let is_lost = is_of_broker(error).then_some(Unavailable::ConnectionLost);
            return Err(is_lost.unwrap_or_else(|| Unavailable::StoreAway(error.clone())).into());
        }
        let (overdue, waiting): (Vec<_>, Vec<_>) =
            delayed.into_iter().partition(|item| after(item) == AfterDelay::Hold);
        for (batch, origin) in [(waiting, Origin::Delayed), (overdue, Origin::Overdue)] {
            if !batch.is_empty() {
                self.process(batch, origin, channel).await?;
            }
        }
        Ok(())
    }

    /// Ends as asked for, unless something stands in the way. What is delayed, and what is suspected,
    /// goes back.
    async fn process_what_is_in_hand<D: Deliveries>(
        &self,
        batcher: &mut Batcher,
        channel: &mut Channel<'_, D>,
        end: ProcessorEnd,
    ) -> ProcessorEnd {
        channel.deliveries.cancel().await;
        while let Some(items) = batcher.next_in_hand(channel.deliveries, channel.stop).await {
            if let Err(end) = self.process(items, Origin::InHand, channel).await {
                return end;
            }
        }
        end
    }

    /// Waits for the ledger as long as it takes until acks may go ahead of it, and no longer: what is
    /// not acked is delivered again, and comes to the same outcome.
    async fn ack_what_is_stored<D: Deliveries>(&self, channel: &mut Channel<'_, D>) {
        if channel.acks.is_empty() {
            return;
        }
        let acking = async {
            let _at_once = self.ledger.note(Ledger::default(), true).await;
            while !channel.acks.is_empty() {
                if channel.acks.noted(NOTED_WITHIN).await.is_err() || channel.ack().await.is_err() {
                    return;
                }
            }
        };
        if timeout(NOTED_WITHIN, acking).await.is_err() {
            tracing::warn!("what is stored is not acked, since the ledger did not note it in time");
        }
    }
}

#[cfg(test)]
mod tests;
