//! How old the oldest registration is that waits in a lane, as far as this worker can see.
//!
//! RabbitMQ does not export it: quorum queues know no age, and to take a message out only to look at it
//! counts as a delivery. But a queue hands out in order. So what is in hand is the oldest; what went
//! back is the oldest until something is handed out again; and everything else is younger than what
//! was handed out before it, and than the last moment at which nothing waited.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use registrar_domain::{Lane, clock};
use registrar_messaging::LiveCounts;
use registrar_telemetry::metrics::{Metrics, MetricsError};
use time::OffsetDateTime;

use crate::item::Item;
use crate::source::Source;

mod queue_counter;

pub(crate) use queue_counter::QueueCounter;

#[derive(Debug)]
pub struct Waiting(BTreeMap<Lane, LaneWaiting>);

impl Waiting {
    pub fn register(metrics: &Metrics) -> Result<Self, MetricsError> {
        let mut lanes = BTreeMap::new();
        for lane in Lane::ALL {
            let waiting = LaneWaiting::since(clock::now());
            let shown = waiting.clone();
            metrics.read_gauge(
                "registration_oldest_waiting_seconds",
                "Age of the oldest registration that was accepted and has no outcome, as far as \
                 this worker can see; 0 when none waits.",
                &[("lane", lane.as_str())],
                move || shown.oldest_age(clock::now()),
            )?;
            lanes.insert(lane, waiting);
        }
        Ok(Self(lanes))
    }

    pub fn consuming(&self, source: &Source, is_consuming: bool) {
        if let Some(lane) = self.lane(source) {
            lane.consuming(is_consuming);
        }
    }

    /// For what a new channel will have in hand.
    pub fn channel(&self, source: &Source) -> ChannelWaiting {
        ChannelWaiting::new(self.lane(source).cloned())
    }

    /// Begins a count at the queue of each lane.
    pub fn begin_counts(&self, now: OffsetDateTime) -> BTreeMap<Lane, QueueCount> {
        self.0.iter().map(|(lane, waiting)| (*lane, waiting.begin_count(now))).collect()
    }

    fn lane(&self, source: &Source) -> Option<&LaneWaiting> {
        self.0.get(&source.lane?)
    }
}

/// What is known of one lane. Clones share it.
#[derive(Clone, Debug)]
pub struct LaneWaiting(Arc<Mutex<Known>>);

#[derive(Debug)]
struct Known {
    /// By channel, the oldest that it has and that is not settled.
    in_hand: BTreeMap<u64, OffsetDateTime>,
    /// So many channels there have been.
    channels: u64,
    returned: Option<Returned>,
    /// Whatever is in the queue was accepted later than this, except what went back.
    behind: OffsetDateTime,
    some_wait: bool,
    is_consuming: bool,
    /// A count that something came between says nothing.
    changes: u64,
}

/// The oldest that went back to the queue.
#[derive(Clone, Copy, Debug)]
struct Returned {
    accepted_at: OffsetDateTime,
    /// The first channel that can get it again.
    for_channel: u64,
}

/// A count at the queue of a lane that has begun.
#[derive(Debug)]
pub struct QueueCount {
    lane: LaneWaiting,
    at: OffsetDateTime,
    changes: u64,
}

impl LaneWaiting {
    /// Nothing is known of what was there before `now`.
    pub fn since(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(Known {
            in_hand: BTreeMap::new(),
            channels: 0,
            returned: None,
            behind: now,
            some_wait: false,
            is_consuming: false,
            changes: 0,
        })))
    }

    /// The age of the oldest, in seconds; 0 when none waits.
    pub fn oldest_age(&self, now: OffsetDateTime) -> f64 {
        let known = self.known();
        let returned = known.returned.map(|returned| returned.accepted_at);
        let seen = known.in_hand.values().copied().chain(returned).min();
        let oldest = seen.or_else(|| known.some_wait.then_some(known.behind));
        oldest.map_or(0.0, |accepted_at| (now - accepted_at).as_seconds_f64().max(0.0))
    }

    pub fn consuming(&self, is_consuming: bool) {
        let mut known = self.known();
        known.is_consuming = is_consuming;
        known.changes += 1;
    }

    pub fn begin_count(&self, now: OffsetDateTime) -> QueueCount {
        QueueCount { lane: self.clone(), at: now, changes: self.known().changes }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QueueCount {
    pub fn end(self, counts: LiveCounts) {
        let mut known = self.lane.known();
        if self.changes != known.changes {
            return;
        }
        // What others consume they know better, also what went back from here.
        let is_for_others = !known.is_consuming && counts.consumers > 0;
        known.some_wait = counts.ready > 0 && !is_for_others;
        if !known.some_wait {
            known.returned = None;
            known.behind = known.behind.max(self.at);
        }
    }
}

/// What one channel has in hand. Dropped, it goes back to the queue.
#[derive(Debug)]
pub struct ChannelWaiting {
    /// None for a last resort, where messages of all lanes lie.
    lane: Option<LaneWaiting>,
    number: u64,
}

impl ChannelWaiting {
    pub fn new(lane: Option<LaneWaiting>) -> Self {
        let number = lane.as_ref().map_or(0, |lane| {
            let mut known = lane.known();
            known.channels += 1;
            known.channels
        });
        Self { lane, number }
    }

    /// Notes a batch that was handed out, beside the oldest of what is delayed.
    pub fn gathered(&self, items: &[Item], delayed: Option<OffsetDateTime>) {
        let accepted = || items.iter().filter_map(Item::accepted_at);
        let (Some(lane), Some(newest)) = (&self.lane, accepted().max()) else { return };
        let mut known = lane.known();
        known.behind = known.behind.max(newest);
        known.returned = known.returned.filter(|returned| self.number < returned.for_channel);
        if let Some(oldest) = accepted().chain(delayed).min() {
            known.in_hand.insert(self.number, oldest);
        }
    }

    /// Notes that everything is settled except what is delayed.
    pub fn settled(&self, delayed: Option<OffsetDateTime>) {
        let Some(lane) = &self.lane else { return };
        let mut known = lane.known();
        match delayed {
            Some(oldest) => known.in_hand.insert(self.number, oldest),
            None => known.in_hand.remove(&self.number),
        };
    }
}

impl Drop for ChannelWaiting {
    fn drop(&mut self) {
        let Some(lane) = &self.lane else { return };
        let mut known = lane.known();
        let Some(mine) = known.in_hand.remove(&self.number) else { return };
        let before = known.returned.map_or(mine, |returned| returned.accepted_at);
        let for_channel = known.channels + 1;
        known.returned = Some(Returned { accepted_at: mine.min(before), for_channel });
        known.changes += 1;
    }
}

#[cfg(test)]
mod tests;
