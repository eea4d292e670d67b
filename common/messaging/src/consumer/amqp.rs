//! Consuming from RabbitMQ.

use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::options::{
    BasicAckOptions, BasicCancelOptions, BasicConsumeOptions, BasicNackOptions, BasicQosOptions,
};
use lapin::types::FieldTable;
use lapin::{Channel, Consumer};
use tokio::time::timeout;

use super::delivery::{ChannelGone, Deliveries, Delivery};
use crate::connection::{AmqpConnection, Frames};
use crate::error::ConnectError;
use crate::settings::MessagingSettings;
use crate::topology::state::TopologyState;

/// A connection for consuming only: the broker may block one that publishes, and with it its acks.
///
/// It must outlive the deliveries it opened; they end with it.
pub struct AmqpConsumerConnection {
    connection: AmqpConnection,
    answer_timeout: Duration,
}

impl AmqpConsumerConnection {
    /// Connects, and declares the topology when this process has not yet, in bounded time. `purpose`
    /// is what RabbitMQ's own lists show, like `consume bulk`.
    pub async fn connect(
        settings: &MessagingSettings,
        purpose: &str,
    ) -> Result<Self, ConnectError> {
        let connection = AmqpConnection::open(settings, purpose, Frames::ServerMaximum).await?;
        Ok(Self { connection, answer_timeout: settings.amqp_connect_timeout })
    }

    /// Starts consuming from `queue` on a channel of its own. The broker hands out at most
    /// `prefetch` deliveries that are not settled.
    pub async fn open(&self, queue: &str, prefetch: u16) -> Result<AmqpDeliveries, ConnectError> {
        let channel = self.connection.channel().await?;
        let consuming = async {
            channel.basic_qos(prefetch, BasicQosOptions::default()).await?;
            let options = BasicConsumeOptions::default();
            let arguments = FieldTable::default();
            Ok(channel.basic_consume(queue.into(), "".into(), options, arguments).await?)
        };
        let consumer = self.connection.in_time(consuming).await?;
        Ok(AmqpDeliveries {
            channel,
            consumer,
            acked_through: 0,
            is_over: false,
            is_cancelled: false,
            answer_timeout: self.answer_timeout,
            topology: self.connection.topology(),
        })
    }

    /// Closes it, which requeues what is not settled. Ends in bounded time.
    pub async fn close(self) {
        self.connection.close().await;
    }
}

pub struct AmqpDeliveries {
    channel: Channel,
    consumer: Consumer,
    acked_through: u64,
    is_over: bool,
    is_cancelled: bool,
    answer_timeout: Duration,
    topology: TopologyState,
}

impl AmqpDeliveries {
    /// After the first end or error of the stream nothing follows that could be settled, and
    /// neither could what the library still holds.
    fn take(&mut self, item: Option<lapin::Result<lapin::message::Delivery>>) -> Option<Delivery> {
        match item {
            Some(Ok(delivery)) if self.channel.status().connected() => Some(delivery.into()),
            end => {
                // The broker cancels a consumer whose queue was deleted.
                if end.is_none() && self.channel.status().connected() && !self.is_cancelled {
                    self.topology.mark_missing();
                }
                self.is_over = true;
                None
            }
        }
    }

    async fn in_time<T>(
        &self,
        exchange: impl Future<Output = lapin::Result<T>>,
    ) -> Result<T, ChannelGone> {
        match timeout(self.answer_timeout, exchange).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(ChannelGone),
        }
    }
}

impl Deliveries for AmqpDeliveries {
    async fn next(&mut self) -> Option<Delivery> {
        if self.is_over {
            return None;
        }
        let item = self.consumer.next().await;
        self.take(item)
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        // An ack that comes twice would make the broker close the channel; and tag 0 would mean
        // everything, also what was never looked at.
        if tag <= self.acked_through {
            return Ok(());
        }
        let acked = self.channel.basic_ack(tag, BasicAckOptions { multiple: true });
        let acked = self.in_time(acked).await;
        match acked {
            Ok(()) => self.acked_through = tag,
            Err(ChannelGone) => self.is_over = true,
        }
        acked
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        let acked = self.channel.basic_ack(tag, BasicAckOptions { multiple: false });
        let acked = self.in_time(acked).await;
        if acked.is_err() {
            self.is_over = true;
        }
        acked
    }

    async fn cancel(&mut self) {
        if self.is_cancelled {
            return;
        }
        self.is_cancelled = true;
        let cancel = self.channel.basic_cancel(self.consumer.tag(), BasicCancelOptions::default());
        // If it fails, the channel is gone, which the next ack will tell.
        let _ = self.in_time(cancel).await;
    }

    async fn requeue_all(&mut self) {
        self.is_over = true;
        // Otherwise the broker would hand it all out again, to this consumer.
        self.cancel().await;
        let everything = BasicNackOptions { multiple: true, requeue: true };
        let requeueing = async {
            // Tag 0 means everything, also what was not taken from the library.
            self.channel.basic_nack(0, everything).await?;
            self.channel.close(200, "OK".into()).await
        };
        // If it fails, the channel is gone and its deliveries are back in the queue anyway; if it
        // takes too long, they are back when the connection is closed.
        let _ = self.in_time(requeueing).await;
    }
}
