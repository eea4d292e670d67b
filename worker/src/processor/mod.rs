//! One straight way from the deliveries of a channel to rows: gather, store with retry, ack, observe.

mod acks;
mod store;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::clock;
use registrar_domain::ledger::Ledger;
use registrar_messaging::Deliveries;
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{RegistrationStore, StorageError};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::acks::{Ack, Acks, Overdue};
use self::store::Stored;
use crate::batcher::{BatchLimits, Batcher, Decode, Gathered, Item, Mode};
use crate::delayed::{Delay, Delayed, DelayedDelivery};
use crate::ledger::{NOTED_WITHIN, Recorder, settled_numbers};
use crate::observe::metrics::{InHand, WorkerMetrics};
use crate::observe::oldest_waiting::ChannelWaiting;
use crate::observe::trace::BatchTrace;
use crate::retry_decision::{AfterDelay, after_delay};
use crate::source::Source;

/// Processes the deliveries of one channel, one batch after the other.
///
/// A delivery is acked only when each of its registrations has an outcome in the database. Since
/// batches are stored in order, one multiple-ack does for each, unless a suspected delivery was put
/// aside, or one is delayed: something in MySQL is in its way and not in that of the others.
#[derive(Debug)]
pub struct Processor<S> {
    /// The queue and what to do with its messages.
    pub source: Source,
    /// Where outcomes are kept.
    pub store: Arc<S>,
    /// Where what is settled is noted.
    pub ledger: Recorder,
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

/// Why a processor ended. What it had not acked goes back to the queue.
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
    /// Nothing can be stored until an operator fixes something.
    Halted(StorageError),
}

impl ProcessorEnd {
    /// The end's name in spans.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Change(_) => "mode_changed",
            Self::ChannelGone => "channel_gone",
            Self::StoreAway(_) => "store_away",
            Self::Halted(_) => "operator_needed",
        }
    }
}

/// Where a batch comes from.
enum Origin {
    /// From the channel, in order.
    Next,
    /// From the channel after something was put aside.
    InHand,
    /// Delayed deliveries that are tried again, or go on hold when they are delayed once more.
    Delayed { delays: Vec<Delay>, holds: bool },
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
        let mut channel = Channel {
            deliveries,
            prefetch: self.source.prefetch(mode, rows).into(),
            acks: Acks::default(),
            delayed: Delayed::none(self.retry),
            waiting: self.metrics.waiting.channel(&self.source),
            stop,
        };
        let mut batcher = Batcher::new(mode, self.limits, self.decode);
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
                    Err(Overdue) => Err(ProcessorEnd::StoreAway(self.ledger.why_not_noted())),
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
                    Gathered::ChannelGone => Err(ProcessorEnd::ChannelGone),
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

    /// The way of a batch: it is stored, acked once the ledger has it, and observed. Deliveries that
    /// are delayed stay with the channel.
    async fn process<D: Deliveries>(
        &self,
        items: Vec<Item>,
        origin: Origin,
        channel: &mut Channel<'_, D>,
    ) -> Result<(), ProcessorEnd> {
        let trace = BatchTrace::begin(&self.source, &items);
        let in_hand = self.observe_gathered(&items, &origin, &trace, channel);
        let holds = matches!(origin, Origin::Delayed { holds: true, .. });
        let storing = self.store_with_retry(&items, holds, &trace, channel.stop);
        let stored = match trace.run(storing).await {
            Ok(stored) => stored,
            Err(end) => {
                trace.requeue(end.as_str());
                return Err(end);
            }
        };
        self.note(&items, &stored.delayed, &origin, channel).await;
        let acked = channel.ack().await;
        let delayed = self.observe_stored(&items, stored, trace);
        drop(in_hand);
        channel.keep_delayed(items, delayed, origin);
        acked
    }

    /// Lets the ledger know what is settled, after every outcome is proved and before the ack: a
    /// crash in between leads to a redelivery, which comes to the same outcomes and numbers.
    async fn note<D: Deliveries>(
        &self,
        items: &[Item],
        delayed: &BTreeMap<usize, StorageError>,
        origin: &Origin,
        channel: &mut Channel<'_, D>,
    ) {
        let settled = items.iter().enumerate().filter(|(at, _)| !delayed.contains_key(at));
        let settled: Vec<_> = settled.map(|(_, item)| item).collect();
        let numbers = settled_numbers(&self.source, &settled);
        let is_urgent = channel.is_running_low(settled.len());
        let noted = if numbers.is_empty() {
            None
        } else {
            Some(self.ledger.note(numbers, is_urgent).await)
        };
        let is_whole = delayed.is_empty() && channel.delayed.is_empty();
        let ack = match (origin, settled.last()) {
            // While anything is delayed, nothing may be acked with what came before.
            (Origin::Next, Some(last)) if is_whole => Ack::Through(last.delivery.tag),
            _ => Ack::Each(settled.iter().map(|item| item.delivery.tag).collect()),
        };
        channel.acks.push(ack, settled.len(), noted);
    }

    /// Tries again what is delayed, which the others wait for as long as one lock wait takes.
    async fn retry_delayed<D: Deliveries>(
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
        for (deliveries, holds) in [(waiting, false), (overdue, true)] {
            if deliveries.is_empty() {
                continue;
            }
            let (items, delays) = deliveries.into_iter().map(DelayedDelivery::apart).unzip();
            self.process(items, Origin::Delayed { delays, holds }, channel).await?;
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

    fn observe_gathered<D>(
        &self,
        items: &[Item],
        origin: &Origin,
        trace: &BatchTrace,
        channel: &mut Channel<'_, D>,
    ) -> Option<InHand> {
        if matches!(origin, Origin::Delayed { .. }) {
            return None;
        }
        channel.waiting.gathered(items, channel.delayed.oldest());
        Some(self.metrics.gathered(&self.source, items, trace))
    }

    fn observe_stored(
        &self,
        items: &[Item],
        Stored { settled, delayed }: Stored<'_>,
        trace: BatchTrace,
    ) -> BTreeMap<usize, StorageError> {
        let now = clock::now();
        for one in &settled {
            self.metrics.outcome(&self.source, one, now, trace.trace_of(one.position));
        }
        if let Some(error) = delayed.values().next() {
            self.metrics.failed_attempt(error);
            let messages = delayed.len();
            trace.in_scope(|| {
                tracing::warn!(%error, messages, "delayed, while the others go on");
            });
        }
        trace.end(items, &settled, &delayed);
        delayed
    }
}

/// What a processor works on.
struct Channel<'r, D> {
    deliveries: &'r mut D,
    /// So many messages may be unacked.
    prefetch: usize,
    acks: Acks,
    delayed: Delayed,
    waiting: ChannelWaiting,
    stop: &'r CancellationToken,
}

impl<D: Deliveries> Channel<'_, D> {
    /// Acks what is stored and noted.
    async fn ack(&mut self) -> Result<(), ProcessorEnd> {
        let acked = self.acks.write(self.deliveries).await;
        acked.map_err(|_gone| ProcessorEnd::ChannelGone)
    }

    /// Whether so many more that wait for the ledger leave the broker little to hand out.
    fn is_running_low(&self, more: usize) -> bool {
        2 * (self.acks.messages() + more) >= self.prefetch
    }

    fn keep_delayed(
        &mut self,
        items: Vec<Item>,
        delayed: BTreeMap<usize, StorageError>,
        origin: Origin,
    ) {
        match origin {
            Origin::Next | Origin::InHand => {
                let some_settled = delayed.len() < items.len();
                self.delayed.add_all(items, delayed, some_settled);
            }
            Origin::Delayed { delays, .. } => self.delayed.add_again(items, delays, delayed),
        }
        self.waiting.settled(self.delayed.oldest());
    }
}

#[cfg(test)]
mod tests;
