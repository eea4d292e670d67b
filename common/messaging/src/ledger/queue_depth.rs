//! How many messages wait in queues.

use std::collections::BTreeMap;

use lapin::Channel;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;
use registrar_domain::Lane;

use super::live_counts::LiveCounts;
use crate::connection::{AmqpConnection, Frames};
use crate::error::ConnectError;
use crate::names::{DEAD_LETTER, UNROUTED, queue_for};
use crate::publisher::gathering::GROUP_MOST;
use crate::publisher::message::OutgoingRegistration;
use crate::settings::MessagingSettings;

/// The most numbers of a message in this lane: one for each of the registrations that travel together,
/// which they do in one lane only.
fn most_numbers(lane: Lane) -> u64 {
    if lane == OutgoingRegistration::LANE { GROUP_MOST as u64 } else { 1 }
}

/// A connection that asks RabbitMQ how many messages wait.
pub struct QueueDepths {
    connection: AmqpConnection,
    channel: Channel,
}

impl QueueDepths {
    /// Connects, and declares the topology when this process has not yet, in bounded time.
    pub async fn connect(settings: &MessagingSettings) -> Result<Self, ConnectError> {
        let connection = AmqpConnection::open(settings, "count", Frames::Small).await?;
        let channel = connection.channel().await?;
        Ok(Self { connection, channel })
    }

    /// How many numbers may wait of each lane: as many as a message can have for each of those in its
    /// queue, and those that RabbitMQ gave up on or could not route, whichever lane they are of. 0 is
    /// exact at the moment when it is asked; without what a consumer has in hand. After an error,
    /// connect again.
    pub async fn waiting(&self) -> Result<BTreeMap<Lane, u64>, ConnectError> {
        let aside = self.ready(DEAD_LETTER).await? + self.ready(UNROUTED).await?;
        let mut waiting = BTreeMap::new();
        for lane in Lane::ALL {
            let messages = self.ready(queue_for(lane)).await? + aside;
            waiting.insert(lane, messages.saturating_mul(most_numbers(lane)));
        }
        Ok(waiting)
    }

    /// What the queue of each lane has. After an error, connect again.
    pub async fn lanes(&self) -> Result<Vec<(Lane, LiveCounts)>, ConnectError> {
        let mut lanes = Vec::new();
        for lane in Lane::ALL {
            lanes.push((lane, self.ask(queue_for(lane)).await?));
        }
        Ok(lanes)
    }

    pub async fn close(self) {
        self.connection.close().await;
    }

    async fn ready(&self, queue: &'static str) -> Result<u64, ConnectError> {
        Ok(self.ask(queue).await?.ready)
    }

    async fn ask(&self, queue: &'static str) -> Result<LiveCounts, ConnectError> {
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let asking = self.channel.queue_declare(queue.into(), options, FieldTable::default());
        let declared = self.connection.in_time(async { Ok(asking.await?) }).await?;
        Ok(LiveCounts::from_queue(&declared))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_the_bulk_lane_has_one_number_and_one_of_the_interactive_lane_a_group_of_them() {
        assert_eq!(Lane::ALL.map(most_numbers), [32, 1]);
    }
}
