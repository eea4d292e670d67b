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

/// Something that must exist in RabbitMQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// An exchange, durable.
    Exchange {
        /// Its name.
        name: &'static str,
        /// `direct` or `fanout`.
        kind: &'static str,
        /// What it is declared with.
        arguments: Vec<(&'static str, &'static str)>,
    },
    /// A queue, durable.
    Queue {
        /// Its name.
        name: &'static str,
        /// What it is declared with.
        arguments: Vec<(&'static str, &'static str)>,
    },
    /// A queue gets what is published to an exchange.
    Binding {
        /// The exchange.
        exchange: &'static str,
        /// The queue.
        queue: &'static str,
        /// The routing key.
        key: &'static str,
    },
}

/// Everything that must exist. What a later piece refers to comes first, so that there is no moment
/// in which a message could be taken and have nowhere to go.
pub fn topology() -> Vec<Piece> {
    let mut pieces = Vec::new();
    for same_name in [UNROUTED, DEAD_LETTER, LEDGER] {
        pieces.extend([
            Piece::Exchange { name: same_name, kind: "fanout", arguments: vec![] },
            Piece::Queue { name: same_name, arguments: vec![QUORUM] },
            Piece::Binding { exchange: same_name, queue: same_name, key: "" },
        ]);
    }
    let arguments = vec![("alternate-exchange", UNROUTED)];
    pieces.push(Piece::Exchange { name: REGISTRATIONS_EXCHANGE, kind: "direct", arguments });
    for lane in Lane::ALL {
        let queue = queue_of(lane);
        let arguments = vec![
            QUORUM,
            ("x-dead-letter-exchange", DEAD_LETTER),
            ("x-dead-letter-strategy", "at-least-once"),
            // Without it RabbitMQ falls back to at-most-once, and says nothing.
            ("x-overflow", "reject-publish"),
        ];
        pieces.push(Piece::Queue { name: queue, arguments });
        let key = lane.as_str();
        pieces.push(Piece::Binding { exchange: REGISTRATIONS_EXCHANGE, queue, key });
    }
    pieces
}

/// Only quorum queues write to disk before they confirm.
const QUORUM: (&str, &str) = ("x-queue-type", "quorum");

/// Declares everything; what exists already with the same settings is left as it is.
pub(super) async fn declare(channel: &Channel) -> Result<(), ConnectError> {
    for piece in topology() {
        match piece {
            Piece::Exchange { name, kind, arguments } => {
                let kind = match kind {
                    "fanout" => ExchangeKind::Fanout,
                    _ => ExchangeKind::Direct,
                };
                let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
                let declared =
                    channel.exchange_declare(name.into(), kind, options, table(&arguments)).await;
                declared.map_err(|error| explain(error, "exchange", name))?;
            }
            Piece::Queue { name, arguments } => {
                let options = QueueDeclareOptions { durable: true, ..Default::default() };
                let declared = channel.queue_declare(name.into(), options, table(&arguments)).await;
                declared.map_err(|error| explain(error, "queue", name))?;
            }
            Piece::Binding { exchange, queue, key } => {
                let options = QueueBindOptions::default();
                let (to, from, key) = (queue.into(), exchange.into(), key.into());
                let bound = channel.queue_bind(to, from, key, options, table(&[])).await;
                bound.map_err(|error| explain(error, "queue", queue))?;
            }
        }
    }
    Ok(())
}

fn table(arguments: &[(&'static str, &'static str)]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        let value = AMQPValue::LongString(LongString::from(*value));
        table.insert((*name).into(), value);
    }
    table
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
