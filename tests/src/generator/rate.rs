//! When requests are due.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

/// How requests follow each other.
#[derive(Clone, Copy, Debug)]
pub enum Rate {
    /// At fixed moments, whether earlier ones are answered or not: an open loop.
    PerSecond(u32),
    /// Each connection sends as soon as it has an answer: finds out what is possible, but says
    /// nothing of latency.
    Saturating,
    /// As [`Self::Saturating`], and so many requests in all.
    Times(usize),
}

/// The moments of an open loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Schedule {
    start: Instant,
    per_second: f64,
    total: usize,
}

impl Schedule {
    /// From `start` on, evenly spread over `duration`.
    pub(super) fn new(start: Instant, per_second: u32, duration: Duration) -> Self {
        let per_second = f64::from(per_second);
        Self { start, per_second, total: whole(per_second * duration.as_secs_f64()) }
    }

    /// When request number `index` is due; `None` after the last.
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 requests")]
    pub(super) fn due(&self, index: usize) -> Option<Instant> {
        let after = index as f64 / self.per_second;
        (index < self.total).then(|| self.start + Duration::from_secs_f64(after))
    }

    /// Gives a permit for every request at its moment. Sleeps on a thread of its own, since the
    /// timers of Tokio are a millisecond coarse, which would be part of every latency.
    pub(super) fn conduct(self, permits: &Arc<Semaphore>) -> thread::JoinHandle<()> {
        let permits = Arc::clone(permits);
        thread::spawn(move || {
            let mut given = 0;
            while let Some(next) = self.due(given) {
                thread::sleep(next.saturating_duration_since(Instant::now()));
                let elapsed = self.start.elapsed().as_secs_f64();
                let due = (whole(elapsed * self.per_second) + 1).min(self.total);
                permits.add_permits(due.saturating_sub(given));
                given = given.max(due);
            }
            // A client that waits now learns that there is no more.
            permits.add_permits(Semaphore::MAX_PERMITS / 2);
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of requests")]
fn whole(number: f64) -> usize {
    number as usize
}
