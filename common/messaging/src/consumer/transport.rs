use std::future::Future;

use super::amqp::{AmqpConsumerConnection, AmqpDeliveries};
use super::delivery::Deliveries;
use crate::error::ConnectError;
use crate::settings::MessagingSettings;

/// Opens connections for consuming, one after the other: RabbitMQ's, or a simulation's.
pub trait ConsumerConnector: Send + Sync + 'static {
    /// What it opens.
    type Connection: ConsumerConnection;

    /// Connects. Ends in bounded time. `purpose` is what RabbitMQ's own lists show.
    fn connect(
        &self,
        purpose: &str,
    ) -> impl Future<Output = Result<Self::Connection, ConnectError>> + Send;
}

/// A connection for consuming. It must outlive the deliveries it opened; they end with it.
pub trait ConsumerConnection: Send + Sync + 'static {
    /// The deliveries of one channel.
    type Deliveries: Deliveries + 'static;

    /// Starts consuming from `queue` on a channel of its own. At most `prefetch` deliveries are
    /// handed out that are not settled.
    fn open(
        &self,
        queue: &str,
        prefetch: u16,
    ) -> impl Future<Output = Result<Self::Deliveries, ConnectError>> + Send;

    /// Closes it, which requeues what is not settled. Ends in bounded time.
    fn close(self) -> impl Future<Output = ()> + Send;
}

impl ConsumerConnector for MessagingSettings {
    type Connection = AmqpConsumerConnection;

    async fn connect(&self, purpose: &str) -> Result<AmqpConsumerConnection, ConnectError> {
        AmqpConsumerConnection::connect(self, purpose).await
    }
}

impl ConsumerConnection for AmqpConsumerConnection {
    type Deliveries = AmqpDeliveries;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<AmqpDeliveries, ConnectError> {
        self.open(queue, prefetch).await
    }

    async fn close(self) {
        self.close().await;
    }
}
