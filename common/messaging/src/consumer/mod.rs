//! Consuming from RabbitMQ.

pub(crate) mod amqp;
pub(crate) mod delivery;
mod from_lapin;
pub(crate) mod transport;
