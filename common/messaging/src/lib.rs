//! Getting registrations through RabbitMQ without losing one.
//!
//! The only code that names lapin. A [`Publisher`] answers once the broker has a message on disk;
//! an [`AmqpConsumerConnection`] opens [`Deliveries`], which are acked once they are stored.

mod connection;
mod consumer;
mod envelope;
mod error;
mod guard;
mod ledger;
mod names;
mod publisher;
mod settings;
mod split;
mod topology;
mod trace_contexts;
mod url;

pub use connection::try_to_connect;
pub use consumer::amqp::{AmqpConsumerConnection, AmqpDeliveries};
pub use consumer::delivery::{ChannelGone, Death, Deliveries, Delivery};
pub use consumer::transport::{ConsumerConnection, ConsumerConnector};
pub use envelope::Envelope;
pub use envelope::decode_error::DecodeError;
pub use envelope::import::{ImportCancellation, ImportChunk, ImportContent, ImportPart};
pub use error::ConnectError;
pub use guard::caught;
pub use ledger::confirm_report::{ConfirmReport, MalformedConfirmReport};
pub use ledger::live_counts::{LiveCounts, live_counts};
pub use ledger::queue_depth::QueueDepths;
pub use ledger::sequence_range::SequenceRange;
pub use names::{DEAD_LETTER, LEDGER, REGISTRATIONS_EXCHANGE, UNROUTED, queue_for};
pub use publisher::error::PublishError;
pub use publisher::message::{OutgoingMessage, OutgoingRegistration};
pub use publisher::observer::PublisherObserver;
pub use publisher::readiness::Readiness;
pub use publisher::{Publisher, PublisherTask, transport};
pub use settings::{MessagingSettings, PublishSettings};
pub use split::split;
pub use topology::state::TopologyState;
pub use topology::{Argument, ArgumentValue, DELIVERY_LIMIT, Declaration, topology};
pub use url::{AmqpUrl, InvalidAmqpUrl};
