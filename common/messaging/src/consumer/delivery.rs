use std::collections::BTreeMap;
use std::fmt;

use crate::ledger::sequence_range::SequenceRange;
use crate::trace_contexts;

/// A message as the broker hands it to a consumer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// By which it is settled; counts up on its channel, from 1.
    pub tag: u64,
    /// An [`Envelope`](crate::Envelope), if it is one of ours.
    pub body: Vec<u8>,
    /// The headers with a text value: the trace context.
    pub headers: BTreeMap<String, String>,
    /// The numbers of its registrations; none when a version without a ledger published it, or another
    /// client.
    pub numbers: Option<SequenceRange>,
    /// What it was published with: the lane's name, also on a dead letter.
    pub routing_key: String,
    /// It was handed out before, and perhaps processed.
    pub redelivered: bool,
    /// How often it came back to the queue, as far as the broker counts.
    pub delivery_count: u32,
    /// The id it was published under.
    pub message_id: Option<String>,
    /// Why and from where it was dead-lettered, if it was.
    pub death: Option<Death>,
}

impl Delivery {
    /// The trace contexts of its sampled registrations after the first, by their positions; that of
    /// the first is in the headers, as in a message of one.
    pub fn other_trace_contexts(&self) -> Vec<(usize, BTreeMap<String, String>)> {
        trace_contexts::read(&self.headers)
    }

    /// The headers for the registration at this position, with its trace context and no other.
    pub fn headers_for(&self, position: usize) -> BTreeMap<String, String> {
        trace_contexts::alone(&self.headers, position)
    }
}

/// Without body and headers: they hold personal data.
impl fmt::Debug for Delivery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Delivery")
            .field("tag", &self.tag)
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Death {
    /// The broker's word, like `delivery_limit`.
    pub reason: String,
    /// The queue it died in.
    pub queue: String,
}

/// The channel that gave the deliveries is gone: drop their tags, the broker gives them out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the channel to RabbitMQ is gone; what was not acked is delivered again")]
pub struct ChannelGone;

/// The deliveries of one channel, and how to settle them.
pub trait Deliveries: Send {
    /// The next delivery. None: the channel is gone, drop tags and buffer. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<Delivery>> + Send;

    /// Acks every delivery up to and including this tag; those acked before are passed over.
    ///
    /// `Ok` says that the ack was written, not that the broker read it. Ends in bounded time.
    fn ack_through(&mut self, tag: u64) -> impl Future<Output = Result<(), ChannelGone>> + Send;

    /// Acks this delivery and no other. As with [`Self::ack_through`], which must not come after it
    /// for a later delivery.
    fn ack(&mut self, tag: u64) -> impl Future<Output = Result<(), ChannelGone>> + Send;

    /// Asks the broker for no further deliveries; those that are here still come, and can be
    /// settled. After them comes `None`. Ends in bounded time.
    fn cancel(&mut self) -> impl Future<Output = ()> + Send;

    /// Stops consuming and gives everything that is not acked back to the queue, also what was
    /// not taken yet. Nothing comes after it. Ends in bounded time.
    fn requeue_all(&mut self) -> impl Future<Output = ()> + Send;
}
