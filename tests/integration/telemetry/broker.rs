//! A connection to the broker beside the product.

use lapin::options::{
    BasicGetOptions, BasicPublishOptions, BasicRejectOptions, ConfirmSelectOptions,
};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties};
use registrar_domain::Lane;
use registrar_messaging::{REGISTRATIONS_EXCHANGE, queue_for};

async fn channel(amqp_url: &str) -> (Connection, Channel) {
    let connection = Connection::connect(amqp_url, ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

/// Makes the broker dead-letter the only registration that waits.
pub(super) async fn dead_letter_the_waiting(amqp_url: &str) {
    let (_connection, channel) = channel(amqp_url).await;
    let queue = queue_for(Lane::Interactive);
    let waiting = channel.basic_get(queue.into(), BasicGetOptions::default()).await.unwrap();
    let reject = BasicRejectOptions { requeue: false };
    waiting.unwrap().delivery.acker.reject(reject).await.unwrap();
}

/// Publishes a message to the interactive lane that is not a registration.
pub(super) async fn publish(amqp_url: &str, body: &str, traceparent: &str) {
    let (_connection, channel) = channel(amqp_url).await;
    channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
    let mut headers = FieldTable::default();
    let traceparent = AMQPValue::LongString(LongString::from(traceparent));
    headers.insert("traceparent".into(), traceparent);
    let published = channel.basic_publish(
        REGISTRATIONS_EXCHANGE.into(),
        Lane::Interactive.as_str().into(),
        BasicPublishOptions::default(),
        body.as_bytes(),
        BasicProperties::default().with_headers(headers),
    );
    published.await.unwrap().await.unwrap();
}
