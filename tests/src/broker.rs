//! RabbitMQ, through a client that shares no code with the product.

use lapin::options::{
    BasicPublishOptions, ConfirmSelectOptions, QueueDeclareOptions, QueuePurgeOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};

const PERSISTENT: u8 = 2;

/// A connection to a virtual host.
#[derive(Debug)]
pub struct Broker {
    channel: Channel,
    _connection: Connection,
}

impl Broker {
    /// Connects.
    pub async fn connect(amqp_url: &str) -> Self {
        let connection =
            Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        Self { channel, _connection: connection }
    }

    /// Publishes, and waits until the broker has stored it.
    pub async fn publish(&self, exchange: &str, key: &str, message_id: &str, body: &[u8]) {
        let properties = BasicProperties::default()
            .with_delivery_mode(PERSISTENT)
            .with_message_id(message_id.into());
        let options = BasicPublishOptions::default();
        let sending =
            self.channel.basic_publish(exchange.into(), key.into(), options, body, properties);
        let confirm = sending.await.unwrap().await.unwrap();
        assert!(confirm.is_ack(), "{confirm:?}");
    }

    /// Publishes an empty message with these headers, and waits until the broker has stored it.
    pub async fn publish_with(&self, exchange: &str, key: &str, headers: &[(&str, &str)]) {
        let mut table = FieldTable::default();
        for &(name, value) in headers {
            table.insert(name.into(), AMQPValue::LongString(value.into()));
        }
        let properties = BasicProperties::default().with_headers(table);
        let options = BasicPublishOptions::default();
        let sending =
            self.channel.basic_publish(exchange.into(), key.into(), options, &[], properties);
        assert!(sending.await.unwrap().await.unwrap().is_ack());
    }

    /// Declares a classic queue, as another program might.
    pub async fn declare_classic(&self, queue: &str) {
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        let arguments = FieldTable::default();
        self.channel.queue_declare(queue.into(), options, arguments).await.unwrap();
    }

    /// Declares a quorum queue without further arguments, as versions without a delivery limit did.
    pub async fn declare_quorum(&self, queue: &str) {
        let options = QueueDeclareOptions { durable: true, ..Default::default() };
        let mut arguments = FieldTable::default();
        arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        self.channel.queue_declare(queue.into(), options, arguments).await.unwrap();
    }

    /// Purges a queue, as an operator might by mistake, and returns how many messages it had.
    pub async fn purge(&self, queue: &str) -> u32 {
        self.channel.queue_purge(queue.into(), QueuePurgeOptions::default()).await.unwrap()
    }

    /// Removes a binding, as an operator might by mistake.
    pub async fn unbind(&self, queue: &str, exchange: &str, key: &str) {
        let (queue, exchange, key) = (queue.into(), exchange.into(), key.into());
        self.channel.queue_unbind(queue, exchange, key, FieldTable::default()).await.unwrap();
    }
}
