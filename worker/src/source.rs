//! The queues that a worker consumes, and what it does with what they hold.

use std::time::Duration;

use registrar_domain::{HoldReason, Lane};
use registrar_messaging::{DEAD_LETTER, UNROUTED, queue_for};

use crate::batcher::{BatchLimits, Mode};
use crate::item::Item;

/// What lies on a last resort may be of any size, since any client may publish there: some dozens
/// fit into memory however large they are, and there are never many in a hurry.
const LAST_RESORT_PREFETCH: u16 = 48;

/// A batch of the bulk lane has so many times the rows of one of the interactive lane: by default four
/// full chunks of a file.
const BULK_BATCH: usize = 4;
/// Chunks of up to 512 KiB: four batches, some 2 MiB with usual names.
const BULK_PREFETCH: u16 = 16;

/// What a processor does with the registrations that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handling {
    /// Stores them in `students`.
    Register,
    /// Keeps them as dead letters: RabbitMQ itself gave up on them.
    Hold(HoldReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    pub queue: &'static str,
    /// Exchange, routing key and queue, as OpenTelemetry's conventions for RabbitMQ join them.
    pub destination: &'static str,
    /// The name in metrics, logs and settings.
    pub name: &'static str,
    pub handling: Handling,
    /// The lane, unless it is one of RabbitMQ's last resorts.
    pub lane: Option<Lane>,
}

impl Source {
    pub fn lane(lane: Lane) -> Self {
        Self {
            queue: queue_for(lane),
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

    /// How many unacked messages a channel may hold: in normal mode about three batches, of which
    /// one is being stored, one waits and one is on its way. Of chunks of files, which fill batches of
    /// the bulk lane, four batches: those that were stored wait for the ledger while the next ones are.
    ///
    /// The broker counts messages and not rows: each of up to 32 registrations, but of 12 KiB at most.
    /// So the two channels of the interactive lane hold 36 MiB when every message is full of the
    /// longest names, 16 MiB with usual ones, and 1 MiB where registrations travel alone. Fewer would
    /// leave a processor without a batch while those before it wait for the ledger.
    pub fn prefetch(&self, mode: Mode, batch_rows: u16) -> u16 {
        match (mode, self.lane) {
            (Mode::Probing, _) => 1,
            (Mode::Normal, Some(Lane::Bulk)) => BULK_PREFETCH,
            (Mode::Normal, Some(Lane::Interactive)) => batch_rows.saturating_mul(3),
            (Mode::Normal, None) => LAST_RESORT_PREFETCH,
        }
    }

    /// How batches grow, when those of the interactive lane grow like this. On the bulk lane every commit
    /// and look-up that rows share makes a file faster, and nothing waits for others: the longer that
    /// storing takes, the more there is for the next batch.
    pub fn limits(&self, interactive: BatchLimits) -> BatchLimits {
        match self.lane {
            Some(Lane::Bulk) => {
                BatchLimits { rows: interactive.rows * BULK_BATCH, linger: Duration::ZERO }
            }
            Some(Lane::Interactive) | None => interactive,
        }
    }

    /// The lane that a message was published to.
    pub fn lane_of(&self, item: &Item) -> Option<Lane> {
        self.lane.or_else(|| Lane::parse(&item.delivery.routing_key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_three_batches_in_hand_or_four_and_a_last_resort_some_dozens_of_messages() {
        for (source, probing, normal) in [
            (Source::lane(Lane::Interactive), 1, 1_536),
            (Source::lane(Lane::Bulk), 1, 16),
            (Source::dead_letters(), 1, 48),
            (Source::unrouted(), 1, 48),
        ] {
            assert_eq!(source.prefetch(Mode::Probing, 512), probing, "{}", source.name);
            assert_eq!(source.prefetch(Mode::Normal, 512), normal, "{}", source.name);
        }
    }
}
