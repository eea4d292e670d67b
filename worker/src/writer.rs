//! The loop that turns the deliveries of one channel into rows.

use std::sync::Arc;
use std::time::Duration;

use registrar_common::messaging::{ChannelGone, Deliveries};
use registrar_common::retry::{Backoff, RetryPolicy};
use registrar_common::storage::{RegistrationStore, StorageError};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::attempt::{Attempt, Settled};
use crate::batch::{BatchLimits, Batcher, Decode, Gathered, Item, Pace};
use crate::failure::{AfterFailure, after_failure};
use crate::ledger::Recorder;
use crate::metrics::WorkerMetrics;
use crate::source::Source;
use crate::trace::BatchTrace;

/// Settles the deliveries of one channel, one batch after the other.
///
/// A delivery is acked only when each of its registrations has an outcome in the database. Since
/// batches are settled whole and in order, one multiple-ack does for each, unless a suspicious
/// delivery was put aside.
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
    /// of `stop`: what is given back counts as delivered once more, and after a few changes
    /// messages would be suspicious, and at last dead letters, that never did anything.
    pub async fn run<D: Deliveries>(
        &self,
        pace: Pace,
        deliveries: &mut D,
        wind_down: &CancellationToken,
        stop: &CancellationToken,
    ) -> WriterEnd {
        let mut batcher = Batcher::new(pace, self.limits, self.decode);
        loop {
            let end = match batcher.next(deliveries, wind_down).await {
                Gathered::Batch(items) => {
                    match self.settle_at(pace, &items, deliveries, stop).await {
                        Ok(()) => continue,
                        Err(end) => return end,
                    }
                }
                Gathered::Suspicious => WriterEnd::Change(Pace::Careful),
                Gathered::Stopped => WriterEnd::Stopped,
                Gathered::ChannelGone => return WriterEnd::ChannelGone,
            };
            return self.settle_what_is_in_hand(batcher, deliveries, stop, end).await;
        }
    }

    /// Settles a batch; an error is the end of the run, also when that is only another pace.
    async fn settle_at<D: Deliveries>(
        &self,
        pace: Pace,
        items: &[Item],
        deliveries: &mut D,
        stop: &CancellationToken,
    ) -> Result<(), WriterEnd> {
        let proves_good = pace == Pace::Careful && !items.iter().any(Item::is_suspicious);
        if proves_good {
            // The broker would send the next message with the ack, only to get it back.
            deliveries.take_no_more().await;
        }
        self.settle(items, deliveries, Acking::Through, stop).await?;
        if proves_good { Err(WriterEnd::Change(Pace::Full)) } else { Ok(()) }
    }

    /// Ends as asked for, except when something stands in the way.
    async fn settle_what_is_in_hand<D: Deliveries>(
        &self,
        mut batcher: Batcher,
        deliveries: &mut D,
        stop: &CancellationToken,
        end: WriterEnd,
    ) -> WriterEnd {
        deliveries.take_no_more().await;
        while let Some(items) = batcher.next_in_hand(deliveries, stop).await {
            if let Err(end) = self.settle(&items, deliveries, Acking::Each, stop).await {
                return end;
            }
        }
        end
    }

    async fn settle<D: Deliveries>(
        &self,
        items: &[Item],
        deliveries: &mut D,
        acking: Acking,
        stop: &CancellationToken,
    ) -> Result<(), WriterEnd> {
        let _in_hand = self.metrics.gathered(&self.source, items);
        let trace = BatchTrace::begin(&self.source, items);
        let span = trace.batch_span().clone();
        match self.decide_and_ack(items, deliveries, acking, &trace, stop).instrument(span).await {
            Ok(settled) => {
                let now = OffsetDateTime::now_utc();
                for one in &settled {
                    self.metrics.outcome(&self.source, one, now);
                }
                trace.end(&settled);
                Ok(())
            }
            Err(end) => {
                trace.give_back(end.as_str());
                Err(end)
            }
        }
    }

    async fn decide_and_ack<'a, D: Deliveries>(
        &self,
        items: &'a [Item],
        deliveries: &mut D,
        acking: Acking,
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<Vec<Settled<'a>>, WriterEnd> {
        let settled = self.decide(items, trace, stop).await?;
        let acked = ack(items, deliveries, acking).await;
        acked.map_err(|ChannelGone| WriterEnd::ChannelGone)?;
        Ok(settled)
    }

    /// Tries until every registration of the batch has an outcome that the database proves.
    async fn decide<'a>(
        &self,
        items: &'a [Item],
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<Vec<Settled<'a>>, WriterEnd> {
        let mut backoff = Backoff::new(self.retry);
        let mut failing_since = None;
        loop {
            let attempt = Attempt {
                source: &self.source,
                store: &*self.store,
                ledger: &self.ledger,
                metrics: &self.metrics,
                trace,
                is_first: failing_since.is_none(),
            };
            let error = match attempt.run(items).await {
                Ok(settled) => return Ok(settled),
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

async fn ack<D: Deliveries>(
    items: &[Item],
    deliveries: &mut D,
    acking: Acking,
) -> Result<(), ChannelGone> {
    match (acking, items) {
        (Acking::Through, [.., last]) => deliveries.ack_through(last.delivery.tag).await,
        (Acking::Through, []) => Ok(()),
        (Acking::Each, items) => {
            for item in items {
                deliveries.ack(item.delivery.tag).await?;
            }
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
