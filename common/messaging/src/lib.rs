//! Getting registrations through RabbitMQ without losing one.
//!
//! The only code that names lapin. A [`Publisher`] answers once the broker has a message on disk;
//! a [`ConsumerConnection`] opens [`Deliveries`], which are acked once they are stored.

#![warn(missing_docs)]

mod amqp_parameters;
mod amqp_session;
mod amqp_url;
mod connection;
mod consumer;
mod consuming;
mod declaring;
mod decode_error;
mod delivery;
mod envelope;
mod error;
mod guard;
mod incoming;
mod job;
mod line;
mod line_session;
mod live_counts;
mod message_number;
mod names;
mod numbering;
mod observer;
mod outgoing_properties;
mod publish_error;
mod publisher;
mod queue_counts;
mod readiness;
pub mod session;
mod settings;
mod statement;
mod topology;
mod unsettled;

pub use amqp_url::{AmqpUrl, InvalidAmqpUrl};
pub use connection::try_to_connect;
pub use consumer::{AmqpDeliveries, ConsumerConnection};
pub use consuming::{Consuming, ConsumingConnector};
pub use declaring::TopologyState;
pub use decode_error::DecodeError;
pub use delivery::{ChannelGone, Death, Deliveries, Delivery};
pub use envelope::Envelope;
pub use error::ConnectError;
pub use guard::caught;
pub use live_counts::{LiveCounts, live_counts};
pub use names::{DEAD_LETTER, LEDGER, REGISTRATIONS_EXCHANGE, UNROUTED, queue_of};
pub use observer::PublisherObserver;
pub use publish_error::PublishError;
pub use publisher::{OutgoingMessage, Publisher, PublisherTask};
pub use queue_counts::QueueCounts;
pub use readiness::Readiness;
pub use settings::{MessagingSettings, PublishSettings};
pub use statement::{MalformedStatement, Statement};
pub use topology::{Argument, ArgumentValue, DELIVERY_LIMIT, Piece, topology};
