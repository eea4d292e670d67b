//! The exchanges and queues, declared by whoever connects first.
//!
//! What operators tune (`delivery-limit`, `max-length-bytes`) are policies and never arguments:
//! an argument cannot be changed without deleting the queue, and the broker takes the smaller of
//! the two.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ErrorKind, ExchangeKind};

use super::{ConnectError, DEAD_LETTER, LEDGER, REGISTRATIONS_EXCHANGE, UNROUTED, queue_of};
use crate::domain::Lane;

/// Declares everything; what exists already with the same settings is left as it is.
pub(super) async fn declare(channel: &Channel) -> Result<(), ConnectError> {
    // What a later line refers to comes first, so that there is no moment in which a message
    // could be taken and have nowhere to go.
    for same_name in [UNROUTED, DEAD_LETTER, LEDGER] {
        exchange(channel, same_name, ExchangeKind::Fanout, []).await?;
        queue(channel, same_name, []).await?;
        bind(channel, same_name, same_name, "").await?;
    }
    let alternate = [("alternate-exchange", UNROUTED)];
    exchange(channel, REGISTRATIONS_EXCHANGE, ExchangeKind::Direct, alternate).await?;
    for lane in Lane::ALL {
        let arguments = [
            ("x-dead-letter-exchange", DEAD_LETTER),
            ("x-dead-letter-strategy", "at-least-once"),
            // Without it RabbitMQ falls back to at-most-once, and says nothing.
            ("x-overflow", "reject-publish"),
        ];
        queue(channel, queue_of(lane), arguments).await?;
        bind(channel, queue_of(lane), REGISTRATIONS_EXCHANGE, lane.as_str()).await?;
    }
    Ok(())
}

async fn exchange<const N: usize>(
    channel: &Channel,
    name: &'static str,
    kind: ExchangeKind,
    arguments: [(&'static str, &'static str); N],
) -> Result<(), ConnectError> {
    let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
    let declared = channel.exchange_declare(name.into(), kind, options, table(arguments)).await;
    declared.map_err(|error| explain(error, "exchange", name))
}

async fn queue<const N: usize>(
    channel: &Channel,
    name: &'static str,
    arguments: [(&'static str, &'static str); N],
) -> Result<(), ConnectError> {
    let options = QueueDeclareOptions { durable: true, ..Default::default() };
    let mut arguments = table(arguments);
    // Only quorum queues write to disk before they confirm.
    arguments.insert("x-queue-type".into(), text("quorum"));
    let declared = channel.queue_declare(name.into(), options, arguments).await;
    declared.map(drop).map_err(|error| explain(error, "queue", name))
}

async fn bind(
    channel: &Channel,
    queue: &'static str,
    exchange: &'static str,
    key: &'static str,
) -> Result<(), ConnectError> {
    let options = QueueBindOptions::default();
    let bound =
        channel.queue_bind(queue.into(), exchange.into(), key.into(), options, table([])).await;
    bound.map_err(|error| explain(error, "queue", queue))
}

fn table<const N: usize>(arguments: [(&'static str, &'static str); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert(name.into(), text(value));
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(LongString::from(value))
}

fn explain(error: lapin::Error, kind: &'static str, name: &'static str) -> ConnectError {
    if let ErrorKind::ProtocolError(refusal) = error.kind()
        && *refusal.kind() == AMQPErrorKind::Soft(AMQPSoftError::PRECONDITIONFAILED)
    {
        let detail = refusal.get_message().as_str().to_owned();
        return ConnectError::TopologyDiffers { kind, name, detail };
    }
    ConnectError::from(error)
}
