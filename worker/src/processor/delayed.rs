//! Deliveries that wait for a lock in MySQL, or for RabbitMQ to take their split, while the others go on.

use std::future::pending;

use registrar_runtime::retry::{Backoff, RetryPolicy};
use time::OffsetDateTime;
use tokio::time::{Instant, sleep_until};

use crate::item::{Delay, Item};

/// How much longer than between attempts that fail: each try may cost the others a lock wait.
const TIMES_LONGER: u32 = 8;

/// The delayed deliveries of one channel. None of them is acked, so they are bounded by its prefetch.
pub(super) struct Delayed {
    items: Vec<Item>,
    backoff: Backoff,
    due: Instant,
}

impl Delayed {
    pub(super) fn none(retry: RetryPolicy) -> Self {
        Self { items: Vec::new(), backoff: Backoff::new(retry), due: Instant::now() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// When the oldest of them was accepted.
    pub(super) fn oldest(&self) -> Option<OffsetDateTime> {
        self.items.iter().filter_map(Item::accepted_at).min()
    }

    /// Waits until they are to be tried again; for ever when there are none. Cancel-safe.
    pub(super) async fn due(&self) {
        if self.is_empty() {
            pending::<()>().await;
        }
        sleep_until(self.due).await;
    }

    /// All of them, to be tried again.
    pub(super) fn take(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.items)
    }

    /// Keeps what is delayed of a batch after its first attempt.
    pub(super) fn keep(&mut self, mut batch: Vec<Item>) {
        let stored = batch.len();
        batch.retain(Item::is_delayed);
        let others_pass = batch.len() < stored;
        if self.is_empty() {
            self.backoff.reset();
        }
        if others_pass {
            for delay in self.items.iter_mut().filter_map(|item| item.delay.as_mut()) {
                delay.others_pass = true;
            }
        }
        for item in &mut batch {
            item.delay = Some(Delay::begin(others_pass));
        }
        self.keep_again(batch);
    }

    /// Keeps what is still delayed of those that were tried again.
    pub(super) fn keep_again(&mut self, mut batch: Vec<Item>) {
        batch.retain(Item::is_delayed);
        if self.is_empty() && !batch.is_empty() {
            self.due = Instant::now() + self.backoff.next_delay() * TIMES_LONGER;
        }
        self.items.append(&mut batch);
    }
}
