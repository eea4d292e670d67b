//! Queues that take nothing.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// Since when each queue has refused everything that was published to it on this channel.
///
/// It may be the channel's fault: for the first message to a queue, RabbitMQ 3.10 asks the node that leads
/// it, as far as is known at that moment. When that node has just died, this message is refused, and so is every
/// later one of the channel, long after another node leads.
#[derive(Default)]
pub(super) struct Refusals(BTreeMap<&'static str, Instant>);

impl Refusals {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn refused(&mut self, queue: &'static str) {
        self.0.entry(queue).or_insert_with(Instant::now);
    }

    pub(super) fn confirmed(&mut self, queue: &'static str) {
        self.0.remove(queue);
    }

    /// The queue that has refused everything for the longest time, and since when.
    pub(super) fn longest(&self) -> Option<(&'static str, Instant)> {
        self.0.iter().map(|(queue, since)| (*queue, *since)).min_by_key(|(_, since)| *since)
    }
}
