//! What RabbitMQ's management API says.

mod arguments;
mod history;
mod queue;

pub(crate) use arguments::{BrokerArguments, VirtualHost};
pub(crate) use history::Age;
pub(crate) use queue::{Queue, with_oldest_age};
