//! The client of RabbitMQ's management API.

mod address;
mod authorization;
mod history;
mod management;
mod queue;

pub(crate) use address::BrokerArguments;
pub(crate) use history::Age;
pub(crate) use management::{BrokerError, Management};
pub(crate) use queue::{Queue, with_oldest_age};
