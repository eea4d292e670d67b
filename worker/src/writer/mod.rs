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
use crate::batch::{BatchLimits, Batcher, Decode, Gathered, Item, Pace};
use crate::delayed::{Delayed, DelayedDelivery};
use crate::failure::{AfterDelay, AfterFailure, after_delay, after_failure};
use crate::ledger::Recorder;
use crate::metrics::WorkerMetrics;
use crate::source::Source;
use crate::trace::BatchTrace;
use crate::waiting::ChannelWaiting;

/// Settles the deliveries of one channel, one batch after the other.
///
/// A delivery is acked only when each of its registrations has an outcome in the database. Since
/// batches are settled in order, one multiple-ack does for each, unless a suspicious delivery was put
/// aside, or one is delayed: something in MySQL is in its way and not in that of the others.
#[derive(Debug)]
pub struct Writer<S> {
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
    pub give_back_after: Duration,
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

/// Why a writer ended. Whatever it had not settled goes back to the queue.
#[derive(Debug)]
pub enum WriterEnd {
    /// A stop was asked for.
    Stopped,
    /// Another pace is called for.
    Change(Pace),
    /// The channel is gone.
    ChannelGone,
    /// MySQL has been away for too long to keep deliveries waiting.
    StoreAway(StorageError),
    /// Nothing can be stored until an operator mends something.
    OperatorNeeded(StorageError),
}

impl WriterEnd {
    /// The end's name in spans.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Change(_) => "pace_changed",
            Self::ChannelGone => "channel_gone",
            Self::StoreAway(_) => "store_away",
            Self::OperatorNeeded(_) => "operator_needed",
        }
    }
}

impl<S: RegistrationStore> Writer<S> {
    /// Runs until `stop`, until something stands in the way, or until another pace is called for:
    /// full when a message that is not suspicious was settled carefully, careful when a suspicious
    /// one comes.
    ///
    /// For a change of pace what is in hand is settled first, and so it is on `wind_down`, a child
    /// of `stop`: what is given back counts as delivered once more (before RabbitMQ 4.3),
    /// and after a few changes messages would be suspicious, and at last dead letters, that never did
    /// anything.
    pub async fn run<D: Deliveries>(
        &self,
        pace: Pace,
        deliveries: &mut D,
        wind_down: &CancellationToken,
        stop: &CancellationToken,
    ) -> WriterEnd {
        let mut batcher = Batcher::new(pace, self.limits, self.decode);
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
                Gathered::Batch(items) => match self.settle_at(pace, items, &mut channel).await {
                    Ok(()) => continue,
                    Err(end) => return end,
                },
                Gathered::Suspicious => WriterEnd::Change(Pace::Careful),
                Gathered::Stopped => WriterEnd::Stopped,
                Gathered::ChannelGone => return WriterEnd::ChannelGone,
            };
            return self.settle_what_is_in_hand(batcher, &mut channel, end).await;
        }
    }

    /// Settles a batch; an error is the end of the run, also when that is only another pace.
    async fn settle_at<D: Deliveries>(
        &self,
        pace: Pace,
        items: Vec<Item>,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), WriterEnd> {
        let proves_good = pace == Pace::Careful && !items.iter().any(Item::is_suspicious);
        if proves_good {
            // The broker would send the next message with the ack, only to get it back.
            channel.deliveries.take_no_more().await;
        }
        self.settle(items, channel, Acking::Through).await?;
        if proves_good { Err(WriterEnd::Change(Pace::Full)) } else { Ok(()) }
    }

    /// Ends as asked for, except when something stands in the way. What is delayed goes back.
    async fn settle_what_is_in_hand<D: Deliveries>(
        &self,
        mut batcher: Batcher,
        channel: &mut Channel<'_, D>,
        end: WriterEnd,
    ) -> WriterEnd {
        channel.deliveries.take_no_more().await;
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
    ) -> Result<(), WriterEnd> {
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
    ) -> Result<(), WriterEnd> {
        let (mut waiting, mut overdue) = (Vec::new(), Vec::new());
        for one in channel.delayed.take() {
            match after_delay(one.delay.elapsed(), one.delay.others_pass, self.give_back_after) {
                AfterDelay::Wait => waiting.push(one),
                AfterDelay::Hold => overdue.push(one),
                AfterDelay::GiveBack => return Err(WriterEnd::StoreAway(one.error)),
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
    ) -> Result<BTreeMap<usize, StorageError>, WriterEnd> {
        let span = trace.batch_span().clone();
        let deciding = async {
            let attempted = self.decide(items, holds_delayed, &trace, channel.stop).await?;
            let acked = channel.ack(items, &attempted.delayed, acking).await;
            acked.map_err(|ChannelGone| WriterEnd::ChannelGone)?;
            Ok::<_, WriterEnd>(attempted)
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
    ) -> Result<Attempted<'a>, WriterEnd> {
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
            match after_failure(error.class(), failing_for, self.give_back_after) {
                AfterFailure::Retry { at_least } => {
                    let delay = backoff.next_delay().max(at_least);
                    tracing::warn!(%error, ?delay, "the batch was not stored; trying again");
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Err(WriterEnd::Stopped),
                        () = sleep(delay) => {}
                    }
                }
                AfterFailure::GiveBack => return Err(WriterEnd::StoreAway(error)),
                AfterFailure::CallOperator => return Err(WriterEnd::OperatorNeeded(error)),
            }
        }
    }
}

/// What a writer works on.
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
