//! Declaring the topology: when a process starts, and again when something of it is missing.
//!
//! Not at every reconnect: while a node of a cluster is given up, nobody can declare anything, and
//! those who lost their connection to it would wait for that.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ErrorKind, ExchangeKind};

use super::ConnectError;
use super::connection::AmqpConnection;
use super::topology::{Argument, ArgumentValue, DELIVERY_LIMIT, Piece, topology};

/// Whether everything is there, as far as this process knows. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct TopologyState(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    is_declared: AtomicBool,
    is_told: AtomicBool,
}

impl TopologyState {
    pub(super) fn is_declared(&self) -> bool {
        self.0.is_declared.load(Ordering::SeqCst)
    }

    /// The next connection declares everything anew.
    pub(super) fn something_is_missing(&self) {
        self.0.is_declared.store(false, Ordering::SeqCst);
    }

    /// True for the first that asks: what was found is told once for each process.
    fn is_news(&self) -> bool {
        !self.0.is_told.swap(true, Ordering::SeqCst)
    }
}

/// Declares everything; what exists already with the same settings is left as it is, and so is what
/// the user may not configure.
pub(super) async fn declare(
    connection: &AmqpConnection,
    state: &TopologyState,
) -> Result<(), ConnectError> {
    let mut declaring = Declaring {
        connection,
        channel: connection.channel().await?,
        without_limit: Vec::new(),
        is_forbidden: false,
    };
    for piece in topology() {
        declaring.see_to(&piece).await?;
    }
    if state.is_news() {
        declaring.tell();
    }
    if declaring.channel.status().connected() {
        declaring.channel.close(200, "OK".into()).await?;
    }
    state.0.is_declared.store(true, Ordering::SeqCst);
    Ok(())
}

struct Declaring<'a> {
    connection: &'a AmqpConnection,
    channel: Channel,
    /// Queues that an earlier version declared.
    without_limit: Vec<&'static str>,
    /// The user may not configure something.
    is_forbidden: bool,
}

impl Declaring<'_> {
    async fn see_to(&mut self, piece: &Piece) -> Result<(), ConnectError> {
        match (self.declare(piece).await, piece.of_an_earlier_version()) {
            (Err(error @ ConnectError::TopologyDiffers { .. }), Some(earlier)) => {
                // Whatever else differs from what is needed is found out this way, too.
                if self.declare(&earlier).await.is_err() {
                    return Err(error);
                }
                if let Piece::Queue { name, .. } = piece {
                    self.without_limit.push(name);
                }
                Ok(())
            }
            (Err(ConnectError::AccessRefused(_)), _) => {
                self.is_forbidden = true;
                self.look_for(piece).await
            }
            (declared, _) => declared,
        }
    }

    /// Without the right to configure, what is there has to do. RabbitMQ 4.3.0 lets the user not
    /// even look; whatever is missing then shows when it is used.
    async fn look_for(&mut self, piece: &Piece) -> Result<(), ConnectError> {
        let found = match *piece {
            Piece::Exchange { name, kind, .. } => {
                let options = ExchangeDeclareOptions { passive: true, ..Default::default() };
                let (channel, nothing) = (self.open_channel().await?, FieldTable::default());
                channel.exchange_declare(name.into(), kind_of(kind), options, nothing).await
            }
            Piece::Queue { name, .. } => {
                let options = QueueDeclareOptions { passive: true, ..Default::default() };
                let (channel, nothing) = (self.open_channel().await?, FieldTable::default());
                channel.queue_declare(name.into(), options, nothing).await.map(drop)
            }
            // Cannot be looked at.
            Piece::Binding { .. } => Ok(()),
        };
        match found.map_err(ConnectError::from) {
            Err(ConnectError::AccessRefused(_)) => Ok(()),
            found => found,
        }
    }

    async fn declare(&mut self, piece: &Piece) -> Result<(), ConnectError> {
        let channel = self.open_channel().await?;
        match piece {
            Piece::Exchange { name, kind, arguments } => {
                let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
                let (kind, arguments) = (kind_of(kind), table(arguments));
                let declared = channel.exchange_declare((*name).into(), kind, options, arguments);
                declared.await.map_err(|error| explain(error, "exchange", name))
            }
            Piece::Queue { name, arguments } => {
                let options = QueueDeclareOptions { durable: true, ..Default::default() };
                let declared = channel.queue_declare((*name).into(), options, table(arguments));
                declared.await.map(drop).map_err(|error| explain(error, "queue", name))
            }
            Piece::Binding { exchange, queue, key } => {
                let options = QueueBindOptions::default();
                let (to, from, key) = ((*queue).into(), (*exchange).into(), (*key).into());
                let bound = channel.queue_bind(to, from, key, options, FieldTable::default());
                bound.await.map_err(|error| explain(error, "queue", queue))
            }
        }
    }

    /// The broker closes a channel with each refusal.
    async fn open_channel(&mut self) -> Result<&Channel, ConnectError> {
        if !self.channel.status().connected() {
            self.channel = self.connection.channel().await?;
        }
        Ok(&self.channel)
    }

    fn tell(&self) {
        if self.is_forbidden {
            tracing::info!(
                "the user in AMQP_URL may not configure every exchange and queue of RabbitMQ: those \
                 that are there are used as they are"
            );
        }
        for queue in &self.without_limit {
            tracing::warn!(
                queue,
                "RabbitMQ has this queue as an earlier version declared it, without \
                 {DELIVERY_LIMIT}, and it is used as it is. Without a policy that sets its \
                 delivery-limit (`registrar doctor` looks), RabbitMQ 4 drops what was delivered 20 \
                 times. Once every API and worker has this version and the queue is empty, delete it \
                 (rabbitmqctl delete_queue {queue} --if-empty): the workers declare it anew"
            );
        }
    }
}

fn kind_of(kind: &str) -> ExchangeKind {
    match kind {
        "fanout" => ExchangeKind::Fanout,
        _ => ExchangeKind::Direct,
    }
}

fn table(arguments: &[Argument]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        let value = match *value {
            ArgumentValue::Text(text) => AMQPValue::LongString(LongString::from(text)),
            ArgumentValue::Number(number) => AMQPValue::LongLongInt(number),
        };
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
