//! Deliveries that something in MySQL is in the way of, while the others go on.

use std::collections::BTreeMap;
use std::future::pending;
use std::time::Duration;

use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::StorageError;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use crate::batcher::Item;

/// How much longer than between attempts that fail: each try may cost the others a lock wait.
const TIMES_LONGER: u32 = 8;

/// The delayed deliveries of one channel. None of them is acked, so they are bounded by its prefetch.
#[derive(Debug)]
pub(crate) struct Delayed {
    deliveries: Vec<DelayedDelivery>,
    backoff: Backoff,
    due: Instant,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct DelayedDelivery {
    item: Item,
    pub(crate) delay: Delay,
    /// What was in its way at last.
    pub(crate) error: StorageError,
}

/// Since when a delivery is delayed, and whether others were settled meanwhile.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delay {
    since: Instant,
    pub(crate) others_pass: bool,
}

impl Delay {
    pub(crate) fn elapsed(self) -> Duration {
        self.since.elapsed()
    }
}

impl DelayedDelivery {
    /// To try it again.
    pub(crate) fn apart(self) -> (Item, Delay) {
        (self.item, self.delay)
    }
}

impl Delayed {
    pub(crate) fn none(retry: RetryPolicy) -> Self {
        Self { deliveries: Vec::new(), backoff: Backoff::new(retry), due: Instant::now() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// When the oldest of them was accepted.
    pub(crate) fn oldest(&self) -> Option<OffsetDateTime> {
        self.deliveries.iter().filter_map(|delivery| delivery.item.accepted_at()).min()
    }

    /// Waits until they are to be tried again; for ever when there are none. Cancel-safe.
    pub(crate) async fn due(&self) {
        if self.is_empty() {
            pending::<()>().await;
        }
        sleep_until(self.due).await;
    }

    /// All of them, to be tried again.
    pub(crate) fn take(&mut self) -> Vec<DelayedDelivery> {
        std::mem::take(&mut self.deliveries)
    }

    /// Keeps the items of a batch that are delayed, while others of it were settled or not.
    pub(crate) fn add_all(
        &mut self,
        items: Vec<Item>,
        delayed: BTreeMap<usize, StorageError>,
        others_pass: bool,
    ) {
        if self.is_empty() {
            self.backoff.reset();
        }
        if others_pass {
            for delivery in &mut self.deliveries {
                delivery.delay.others_pass = true;
            }
        }
        let delays = vec![Delay { since: Instant::now(), others_pass }; items.len()];
        self.add_again(items, delays, delayed);
    }

    /// Keeps those items that are still delayed.
    pub(crate) fn add_again(
        &mut self,
        items: Vec<Item>,
        delays: Vec<Delay>,
        mut delayed: BTreeMap<usize, StorageError>,
    ) {
        if delayed.is_empty() {
            return;
        }
        if self.is_empty() {
            self.due = Instant::now() + self.backoff.next_delay() * TIMES_LONGER;
        }
        for (position, (item, delay)) in items.into_iter().zip(delays).enumerate() {
            if let Some(error) = delayed.remove(&position) {
                self.deliveries.push(DelayedDelivery { item, delay, error });
            }
        }
    }
}
