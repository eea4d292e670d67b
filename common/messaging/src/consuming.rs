use std::future::Future;

use super::{AmqpDeliveries, ConnectError, ConsumerConnection, Deliveries, MessagingSettings};

/// Opens connections for consuming, one after the other: RabbitMQ's, or a simulation's.
pub trait ConsumingConnector: Send + Sync + 'static {
    /// What it opens.
    type Connection: Consuming;

    /// Connects. Ends in bounded time. `purpose` is what RabbitMQ's own lists show.
    fn connect(
        &self,
        purpose: &str,
    ) -> impl Future<Output = Result<Self::Connection, ConnectError>> + Send;
}

/// A connection for consuming. It must outlive the deliveries it opened; they end with it.
pub trait Consuming: Send + Sync + 'static {
    /// The deliveries of one channel.
    type Deliveries: Deliveries + 'static;

    /// Starts consuming from `queue` on a channel of its own. At most `prefetch` deliveries are
    /// handed out that are not settled.
    fn open(
        &self,
        queue: &str,
        prefetch: u16,
    ) -> impl Future<Output = Result<Self::Deliveries, ConnectError>> + Send;

    /// Says goodbye, which gives back what is not settled. Ends in bounded time.
    fn close(self) -> impl Future<Output = ()> + Send;
}

impl ConsumingConnector for MessagingSettings {
    type Connection = ConsumerConnection;

    async fn connect(&self, purpose: &str) -> Result<ConsumerConnection, ConnectError> {
        ConsumerConnection::connect(self, purpose).await
    }
}

impl Consuming for ConsumerConnection {
    type Deliveries = AmqpDeliveries;

    async fn open(&self, queue: &str, prefetch: u16) -> Result<AmqpDeliveries, ConnectError> {
        self.open(queue, prefetch).await
    }

    async fn close(self) {
        self.close().await;
    }
}
