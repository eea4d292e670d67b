//! Declaring the topology: when a process starts, and again when something of it is missing.
//!
//! Not at every reconnect: while a cluster gives up on a node, every declaration waits, and the
//! connections that the node dropped would wait with it.

use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::protocol::{AMQPErrorKind, AMQPSoftError};
use lapin::types::{AMQPValue, FieldTable, LongString};
use lapin::{Channel, ErrorKind, ExchangeKind};

use crate::error::ConnectError;

use super::state::TopologyState;
use super::{Argument, ArgumentValue, DELIVERY_LIMIT, Declaration, topology};

/// Declares everything; what exists already with the same settings is left as it is, and so is what
/// the user may not configure.
pub(crate) async fn declare(
    connection: &lapin::Connection,
    state: &TopologyState,
) -> Result<(), ConnectError> {
    let mut declaring = Declaring {
        connection,
        channel: connection.create_channel().await?,
        without_limit: Vec::new(),
        is_forbidden: false,
    };
    for declaration in topology() {
        declaring.ensure(&declaration).await?;
    }
    if state.mark_logged() {
        declaring.log_findings();
    }
    if declaring.channel.status().connected() {
        declaring.channel.close(200, "OK".into()).await?;
    }
    state.mark_declared();
    Ok(())
}

struct Declaring<'a> {
    connection: &'a lapin::Connection,
    channel: Channel,
    /// Queues that an earlier version declared.
    without_limit: Vec<&'static str>,
    /// The user may not configure something.
    is_forbidden: bool,
}

impl Declaring<'_> {
    async fn ensure(&mut self, declaration: &Declaration) -> Result<(), ConnectError> {
        match (self.declare(declaration).await, declaration.earlier_version()) {
            (Err(error @ ConnectError::TopologyDiffers { .. }), Some(earlier)) => {
                // Whatever else differs from what is needed is found out this way, too.
                if self.declare(&earlier).await.is_err() {
                    return Err(error);
                }
                if let Declaration::Queue { name, .. } = declaration {
                    self.without_limit.push(name);
                }
                Ok(())
            }
            (Err(ConnectError::AccessRefused(_)), _) => {
                self.is_forbidden = true;
                self.declare_passively(declaration).await
            }
            (declared, _) => declared,
        }
    }

    /// Without the right to configure, what is there has to do. RabbitMQ 4.3.0 lets the user not
    /// even look; whatever is missing then shows when it is used.
    async fn declare_passively(&mut self, declaration: &Declaration) -> Result<(), ConnectError> {
        let found = match *declaration {
            Declaration::Exchange { name, kind, .. } => {
                let options = ExchangeDeclareOptions { passive: true, ..Default::default() };
                let (channel, nothing) = (self.open_channel().await?, FieldTable::default());
                channel.exchange_declare(name.into(), kind_of(kind), options, nothing).await
            }
            Declaration::Queue { name, .. } => {
                let options = QueueDeclareOptions { passive: true, ..Default::default() };
                let (channel, nothing) = (self.open_channel().await?, FieldTable::default());
                channel.queue_declare(name.into(), options, nothing).await.map(drop)
            }
            // Cannot be looked at.
            Declaration::Binding { .. } => Ok(()),
        };
        match found.map_err(ConnectError::from) {
            Err(ConnectError::AccessRefused(_)) => Ok(()),
            found => found,
        }
    }

    async fn declare(&mut self, declaration: &Declaration) -> Result<(), ConnectError> {
        let channel = self.open_channel().await?;
        match declaration {
            Declaration::Exchange { name, kind, arguments } => {
                let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
                let (kind, arguments) = (kind_of(kind), table(arguments));
                let declared = channel.exchange_declare((*name).into(), kind, options, arguments);
                declared.await.map_err(|error| explain(error, "exchange", name))
            }
            Declaration::Queue { name, arguments } => {
                let options = QueueDeclareOptions { durable: true, ..Default::default() };
                let declared = channel.queue_declare((*name).into(), options, table(arguments));
                declared.await.map(drop).map_err(|error| explain(error, "queue", name))
            }
            Declaration::Binding { exchange, queue, key } => {
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
            self.channel = self.connection.create_channel().await?;
        }
        Ok(&self.channel)
    }

    fn log_findings(&self) {
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
