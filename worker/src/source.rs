//! The queues that a worker consumes, and what it does with what they hold.

use registrar_common::domain::{HoldReason, Lane};
use registrar_common::messaging::{DEAD_LETTER, UNROUTED, queue_of};

use crate::batch::{Item, Pace};

/// What a writer does with the registrations that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Stores them in `students`.
    Register,
    /// Keeps them as dead letters: RabbitMQ itself gave up on them.
    Hold(HoldReason),
}

/// One queue with its handling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The queue's name in RabbitMQ.
    pub queue: &'static str,
    /// Exchange, routing key and queue, as OpenTelemetry's conventions for RabbitMQ join them.
    pub destination: &'static str,
    /// The name in metrics, logs and settings.
    pub name: &'static str,
    /// What to do with the messages.
    pub handling: Handling,
    /// The lane, unless it is one of RabbitMQ's last resorts.
    pub lane: Option<Lane>,
}

impl Source {
    /// The queue of a lane.
    pub fn lane(lane: Lane) -> Self {
        Self {
            queue: queue_of(lane),
            destination: match lane {
                Lane::Interactive => "registrations:interactive:registrations.interactive",
                Lane::Bulk => "registrations:bulk:registrations.bulk",
            },
            name: lane.as_str(),
            handling: Handling::Register,
            lane: Some(lane),
        }
    }

    /// Where RabbitMQ puts what it delivered too often.
    pub fn dead_letters() -> Self {
        Self {
            queue: DEAD_LETTER,
            destination: DEAD_LETTER,
            name: "dead_letter",
            handling: Handling::Hold(HoldReason::DeliveryLimit),
            lane: None,
        }
    }

    /// Where RabbitMQ puts what it had no queue for.
    pub fn unrouted() -> Self {
        Self {
            queue: UNROUTED,
            destination: UNROUTED,
            name: "unrouted",
            handling: Handling::Hold(HoldReason::Unrouted),
            lane: None,
        }
    }

    /// How many unsettled messages a channel may hold: at full pace about three batches, of which
    /// one is being stored, one waits and one is on its way. A message of the bulk lane is a batch
    /// by itself.
    pub fn prefetch(&self, pace: Pace, batch_rows: u16) -> u16 {
        match (pace, self.lane) {
            (Pace::Careful, _) => 1,
            (Pace::Full, Some(Lane::Bulk)) => 3,
            (Pace::Full, _) => batch_rows.saturating_mul(3),
        }
    }

    /// The lane that a message was published to.
    pub fn lane_of(&self, item: &Item) -> Option<Lane> {
        self.lane.or_else(|| Lane::parse(&item.delivery.routing_key))
    }
}
