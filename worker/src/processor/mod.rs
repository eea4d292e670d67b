//! The loop that turns the deliveries of one channel into rows.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use registrar_messaging::{ChannelGone, Deliveries};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::{RegistrationStore, StorageError};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::attempt::{Attempt, Attempted};
use crate::batcher::{BatchLimits, Batcher, Decode, Gathered, Item, Mode};
use crate::delayed::{Delayed, DelayedDelivery};
use crate::ledger::Recorder;
use crate::observe::metrics::WorkerMetrics;
use crate::observe::oldest_waiting::ChannelWaiting;
use crate::observe::trace::BatchTrace;
use crate::retry_decision::{AfterDelay, RetryDecision, after_delay, retry_decision};
use crate::source::Source;

/// Settles the deliveries of one channel, one batch after the other.
///
/// A delivery is acked only when each of its registrations has an outcome in the database. Since
/// batches are settled in order, one multiple-ack does for each, unless a suspected delivery was put
/// aside, or one is delayed: something in MySQL is in its way and not in that of the others.
#[derive(Debug)]
pub struct Processor<S> {
    /// The queue and what to do with its messages.
    pub source: Source,
    /// Where outcomes are kept.
    pub store: Arc<S>,
    /// Where what is settled is noted.
    pub ledger: Recorder<S>,
    /// How message bodies are read.
    pub decode: Decode,
    /// How large batches grow.
    pub limits: BatchLimits,
    /// The delays between attempts.
    pub retry: RetryPolicy,
    /// How long a batch may fail before its deliveries go back to the queue.
    pub requeue_after: Duration,
    /// What SREs watch.
    pub metrics: Arc<WorkerMetrics>,
}

/// How to ack a batch.
#[derive(Clone, Copy)]
enum Acking {
    /// With everything before it.
    Through,
    /// Nothing but its own deliveries.
    Each,
}

/// Why a processor ended. Whatever it had not settled goes back to the queue.
#[derive(Debug)]
pub enum ProcessorEnd {
    /// A stop was asked for.
    Stopped,
    /// Another mode is called for.
    Change(Mode),
    /// The channel is gone.
    ChannelGone,
    /// MySQL has been away for too long to keep deliveries waiting.
    StoreAway(StorageError),
    /// Nothing can be stored until an operator mends something.
    Halted(StorageError),
}

impl ProcessorEnd {
    /// The end's name in spans.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Change(_) => "pace_changed",
            Self::ChannelGone => "channel_gone",
            Self::StoreAway(_) => "store_away",
            Self::Halted(_) => "operator_needed",
        }
    }
}

impl<S: RegistrationStore> Processor<S> {
    /// Runs until `stop`, until something stands in the way, or until another mode is called for:
    /// full when a message that is not suspected was settled carefully, careful when a suspected
    /// one comes.
    ///
    /// For a change of mode what is in hand is settled first, and so it is on `wind_down`, a child
    /// of `stop`: what is given back counts as delivered once more (before RabbitMQ 4.3),
    /// and after a few changes messages would be suspected, and at last dead letters, that never did
    /// anything.
    pub async fn run<D: Deliveries>(
        &self,
        mode: Mode,
        deliveries: &mut D,
        wind_down: &CancellationToken,
        stop: &CancellationToken,
    ) -> ProcessorEnd {
        let mut batcher = Batcher::new(mode, self.limits, self.decode);
        let waiting = self.metrics.waiting.channel(&self.source);
        let mut channel = Channel { deliveries, delayed: Delayed::none(self.retry), waiting, stop };
        loop {
            let gathered = tokio::select! {
                biased;
                () = channel.delayed.due() => {
                    match self.try_delayed(&mut channel).await {
                        Ok(()) => continue,
                        Err(end) => return end,
                    }
                }
                gathered = batcher.next(channel.deliveries, wind_down) => gathered,
            };
            let end = match gathered {
                Gathered::Batch(items) => match self.settle_at(mode, items, &mut channel).await {
                    Ok(()) => continue,
                    Err(end) => return end,
                },
                Gathered::SuspectedPoison => ProcessorEnd::Change(Mode::Probing),
                Gathered::Stopped => ProcessorEnd::Stopped,
                Gathered::ChannelGone => return ProcessorEnd::ChannelGone,
            };
            return self.settle_what_is_in_hand(batcher, &mut channel, end).await;
        }
    }

    /// Settles a batch; an error is the end of the run, also when that is only another mode.
    async fn settle_at<D: Deliveries>(
        &self,
        mode: Mode,
        items: Vec<Item>,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let proves_good = mode == Mode::Probing && !items.iter().any(Item::is_suspected_poison);
        if proves_good {
            // The broker would send the next message with the ack, only to get it back.
            channel.deliveries.cancel().await;
        }
        self.settle(items, channel, Acking::Through).await?;
        if proves_good { Err(ProcessorEnd::Change(Mode::Normal)) } else { Ok(()) }
    }

    /// Ends as asked for, except when something stands in the way. What is delayed goes back.
    async fn settle_what_is_in_hand<D: Deliveries>(
        &self,
        mut batcher: Batcher,
        channel: &mut Channel<'_, D>,
        end: ProcessorEnd,
    ) -> ProcessorEnd {
        channel.deliveries.cancel().await;
        while let Some(items) = batcher.next_in_hand(channel.deliveries, channel.stop).await {
            if let Err(end) = self.settle(items, channel, Acking::Each).await {
                return end;
            }
        }
        end
    }

    async fn settle<D: Deliveries>(
        &self,
        items: Vec<Item>,
        channel: &mut Channel<'_, D>,
        acking: Acking,
    ) -> Result<(), ProcessorEnd> {
        let trace = BatchTrace::begin(&self.source, &items);
        let _in_hand = self.metrics.gathered(&self.source, &items, &trace);
        channel.waiting.gathered(&items, channel.delayed.oldest());
        let delayed = self.settle_or_delay(&items, trace, channel, acking, false).await?;
        let some_settled = delayed.len() < items.len();
        channel.delayed.add_all(items, delayed, some_settled);
        channel.waiting.settled(channel.delayed.oldest());
        Ok(())
    }

    /// Tries again what is delayed, which the others wait for as long as one lock wait takes.
    async fn try_delayed<D: Deliveries>(
        &self,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let (mut waiting, mut overdue) = (Vec::new(), Vec::new());
        for one in channel.delayed.take() {
            match after_delay(one.delay.elapsed(), one.delay.others_pass, self.requeue_after) {
                AfterDelay::Wait => waiting.push(one),
                AfterDelay::Hold => overdue.push(one),
                AfterDelay::Requeue => return Err(ProcessorEnd::StoreAway(one.error)),
            }
        }
        for (deliveries, hold) in [(waiting, false), (overdue, true)] {
            if deliveries.is_empty() {
                continue;
            }
            let (items, delays) = deliveries.into_iter().map(DelayedDelivery::apart).unzip();
            let items: Vec<_> = items;
            let trace = BatchTrace::begin(&self.source, &items);
            let delayed = self.settle_or_delay(&items, trace, channel, Acking::Each, hold).await?;
            channel.delayed.add_again(items, delays, delayed);
        }
        channel.waiting.settled(channel.delayed.oldest());
        Ok(())
    }

    /// Settles all but what is delayed, and returns where in the batch that is.
    async fn settle_or_delay<D: Deliveries>(
        &self,
        items: &[Item],
        trace: BatchTrace,
        channel: &mut Channel<'_, D>,
        acking: Acking,
        holds_delayed: bool,
    ) -> Result<BTreeMap<usize, StorageError>, ProcessorEnd> {
        let span = trace.batch_span().clone();
        let deciding = async {
            let attempted = self.decide(items, holds_delayed, &trace, channel.stop).await?;
            let acked = channel.ack(items, &attempted.delayed, acking).await;
            acked.map_err(|ChannelGone| ProcessorEnd::ChannelGone)?;
            Ok::<_, ProcessorEnd>(attempted)
        };
        match deciding.instrument(span).await {
            Ok(Attempted { settled, delayed }) => {
                let now = OffsetDateTime::now_utc();
                for one in &settled {
                    self.metrics.outcome(&self.source, one, now, trace.trace_of(one.position));
                }
                if let Some(error) = delayed.values().next() {
                    self.metrics.failed_attempt(error);
                    let messages = delayed.len();
                    tracing::warn!(%error, messages, "delayed, while the others go on");
                }
                trace.end(&settled, &delayed);
                Ok(delayed)
            }
            Err(end) => {
                trace.give_back(end.as_str());
                Err(end)
            }
        }
    }

    /// Tries until every registration of the batch that is not delayed has an outcome that the
    /// database proves.
    async fn decide<'a>(
        &self,
        items: &'a [Item],
        holds_delayed: bool,
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<Attempted<'a>, ProcessorEnd> {
        let mut backoff = Backoff::new(self.retry);
        let mut failing_since = None;
        loop {
            let attempt = Attempt {
                source: &self.source,
                store: &*self.store,
                ledger: &self.ledger,
                metrics: &self.metrics,
                trace,
                holds_delayed,
            };
            let error = match attempt.run(items).await {
                Ok(attempted) => return Ok(attempted),
                Err(error) => error,
            };
            self.metrics.failed_attempt(&error);
            let failing_for = failing_since.get_or_insert_with(Instant::now).elapsed();
            match retry_decision(error.class(), failing_for, self.requeue_after) {
                RetryDecision::Retry { at_least } => {
                    let delay = backoff.next_delay().max(at_least);
                    tracing::warn!(%error, ?delay, "the batch was not stored; trying again");
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Err(ProcessorEnd::Stopped),
                        () = sleep(delay) => {}
                    }
                }
                RetryDecision::Requeue => return Err(ProcessorEnd::StoreAway(error)),
                RetryDecision::Halt => return Err(ProcessorEnd::Halted(error)),
            }
        }
    }
}

/// What a processor works on.
struct Channel<'r, D> {
    deliveries: &'r mut D,
    delayed: Delayed,
    waiting: ChannelWaiting,
    stop: &'r CancellationToken,
}

impl<D: Deliveries> Channel<'_, D> {
    /// Acks all but what is delayed. While anything is, nothing may be acked with what came before.
    async fn ack(
        &mut self,
        items: &[Item],
        delayed: &BTreeMap<usize, StorageError>,
        acking: Acking,
    ) -> Result<(), ChannelGone> {
        if let (Acking::Through, [.., last]) = (acking, items)
            && delayed.is_empty()
            && self.delayed.is_empty()
        {
            return self.deliveries.ack_through(last.delivery.tag).await;
        }
        for (position, item) in items.iter().enumerate() {
            if !delayed.contains_key(&position) {
                self.deliveries.ack(item.delivery.tag).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
