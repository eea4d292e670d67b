//! Gathers deliveries into batches.

use std::collections::VecDeque;
use std::time::Duration;

use registrar_messaging::Deliveries;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::item::{Decode, Item};

/// How much a processor takes in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One message at a time. So every connection begins, and so suspected messages are processed:
    /// whatever goes wrong is counted against one message.
    Probing,
    /// Batches, and messages waiting for the next ones.
    Normal,
}

/// How large batches grow and how long they wait to grow.
#[derive(Clone, Copy, Debug)]
pub struct BatchLimits {
    /// The most registrations in a batch; one message with more is a batch of its own.
    pub rows: usize,
    /// How long the first registration of a batch waits for others.
    pub linger: Duration,
}

#[derive(Debug)]
pub enum Gathered {
    /// Deliveries in their order, at least one.
    Batch(Vec<Item>),
    /// The next delivery is suspected and must not be processed in normal mode. It is put aside:
    /// neither settled nor gathered again.
    SuspectedPoison,
    /// A stop was asked for, and nothing was gathered.
    Stopped,
    /// The channel is gone, and with it every delivery that was not settled.
    ChannelGone,
}

/// Gathers the deliveries of one channel, in order.
#[derive(Debug)]
pub struct Batcher {
    mode: Mode,
    limits: BatchLimits,
    decode: Decode,
    gathering: Vec<Item>,
    /// When it has waited long enough for more.
    linger_until: Option<Instant>,
    /// What did not fit the batch before, in order.
    carry_over: VecDeque<Item>,
}

impl Batcher {
    pub fn new(mode: Mode, limits: BatchLimits, decode: Decode) -> Self {
        let limits = match mode {
            Mode::Probing => BatchLimits { rows: 1, linger: Duration::ZERO },
            Mode::Normal => limits,
        };
        Self {
            mode,
            limits,
            decode,
            gathering: Vec::new(),
            linger_until: None,
            carry_over: VecDeque::new(),
        }
    }

    /// Waits for a delivery, then takes what else comes until the batch is full or `linger` is
    /// over. A stop ends the waiting; what was gathered by then is still returned. Cancel-safe: the
    /// next call goes on with what was gathered.
    pub async fn next<D: Deliveries>(
        &mut self,
        deliveries: &mut D,
        stop: &CancellationToken,
    ) -> Gathered {
        if self.gathering.is_empty() {
            // What was carried over has waited already.
            let linger =
                if self.carry_over.is_empty() { self.limits.linger } else { Duration::ZERO };
            let first = match self.next_item(deliveries, stop).await {
                Ok(item) => item,
                Err(end) => return end,
            };
            if self.must_not_take(&first) {
                return Gathered::SuspectedPoison;
            }
            self.gathering.push(first);
            self.linger_until = Some(Instant::now() + linger);
        }
        let mut rows: usize = self.gathering.iter().map(Item::rows).sum();
        let linger = sleep_until(self.linger_until.unwrap_or_else(Instant::now));
        tokio::pin!(linger);
        while rows < self.limits.rows {
            let item = if let Some(item) = self.carry_over.pop_front() {
                item
            } else {
                let delivery = tokio::select! {
                    biased;
                    () = stop.cancelled() => break,
                    delivery = deliveries.next() => delivery,
                    () = &mut linger => break,
                };
                let Some(delivery) = delivery else { return Gathered::ChannelGone };
                Item::read(delivery, self.decode)
            };
            if self.must_not_take(&item) || rows + item.rows() > self.limits.rows {
                self.carry_over.push_front(item);
                break;
            }
            rows += item.rows();
            self.gathering.push(item);
        }
        Gathered::Batch(std::mem::take(&mut self.gathering))
    }

    /// Of a channel that takes no more, the next batch of what is in hand and not suspected. What is
    /// suspected is put aside. `None` when there is nothing left, or a stop was asked for.
    pub async fn next_in_hand<D: Deliveries>(
        &mut self,
        deliveries: &mut D,
        stop: &CancellationToken,
    ) -> Option<Vec<Item>> {
        let mut batch = std::mem::take(&mut self.gathering);
        let mut rows: usize = batch.iter().map(Item::rows).sum();
        while rows < self.limits.rows {
            let Ok(item) = self.next_item(deliveries, stop).await else { break };
            if self.must_not_take(&item) {
                continue;
            }
            if !batch.is_empty() && rows + item.rows() > self.limits.rows {
                self.carry_over.push_front(item);
                break;
            }
            rows += item.rows();
            batch.push(item);
        }
        (!batch.is_empty()).then_some(batch)
    }

    /// What was carried over, or else the next delivery; or why there is none.
    async fn next_item<D: Deliveries>(
        &mut self,
        deliveries: &mut D,
        stop: &CancellationToken,
    ) -> Result<Item, Gathered> {
        if let Some(item) = self.carry_over.pop_front() {
            return Ok(item);
        }
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Gathered::Stopped),
            delivery = deliveries.next() => {
                let item = delivery.map(|delivery| Item::read(delivery, self.decode));
                item.ok_or(Gathered::ChannelGone)
            }
        }
    }

    fn must_not_take(&self, item: &Item) -> bool {
        self.mode == Mode::Normal && item.is_suspected_poison()
    }
}
