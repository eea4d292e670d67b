//! What queues have at this moment. The management API's figures are some seconds old.

use lapin::Queue;
use lapin::options::QueueDeclareOptions;
use lapin::types::FieldTable;

use crate::connection::{AmqpConnection, Frames};
use crate::error::{ConnectError, is_missing};
use crate::settings::MessagingSettings;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveCounts {
    /// Messages ready to be delivered.
    pub ready: u64,
    /// Channels that take deliveries.
    pub consumers: u64,
}

impl LiveCounts {
    pub(crate) fn from_queue(queue: &Queue) -> Self {
        Self { ready: queue.message_count().into(), consumers: queue.consumer_count().into() }
    }
}

/// Asks for these queues; `None` for one that does not exist. Declares nothing.
pub async fn live_counts(
    settings: &MessagingSettings,
    queues: &[&'static str],
) -> Result<Vec<Option<LiveCounts>>, ConnectError> {
    let connection = AmqpConnection::without_topology(settings, "look", Frames::Small).await?;
    let mut counts = Vec::new();
    for queue in queues {
        // One each, since RabbitMQ closes the channel when there is no such queue.
        let channel = connection.channel().await?;
        let options = QueueDeclareOptions { passive: true, ..Default::default() };
        let asking = channel.queue_declare((*queue).into(), options, FieldTable::default());
        counts.push(connection.in_time(async { found(asking.await) }).await?);
    }
    connection.close().await;
    Ok(counts)
}

fn found(answer: lapin::Result<Queue>) -> Result<Option<LiveCounts>, ConnectError> {
    match answer {
        Ok(queue) => Ok(Some(LiveCounts::from_queue(&queue))),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
