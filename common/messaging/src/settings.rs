use std::num::{NonZeroU16, NonZeroUsize};
use std::time::Duration;

use clap::Args;
use registrar_runtime::config::duration;

use crate::topology::state::TopologyState;
use crate::url::AmqpUrl;

/// How to reach RabbitMQ.
#[derive(Args, Clone, Debug)]
pub struct MessagingSettings {
    /// Where RabbitMQ listens.
    ///
    /// As `amqp://user:password@host:5672/virtual-host`, in which characters like / and @ are written as
    /// %2F and %40; `amqps://…` for TLS, with `?cacertfile=…` to trust a CA of your own, and
    /// `&certfile=…&keyfile=…` to show a certificate.
    #[arg(long, env = "AMQP_URL", hide_env_values = true, value_parser = AmqpUrl::parse)]
    pub amqp_url: AmqpUrl,
    /// Seconds between heartbeats; a dead broker shows after twice as many
    #[arg(long, env = "REGISTRAR_AMQP_HEARTBEAT_SECONDS", default_value = "5")]
    pub amqp_heartbeat_seconds: NonZeroU16,
    /// How long connecting, and any single answer on a new connection, may take
    #[arg(long, env = "REGISTRAR_AMQP_CONNECT_TIMEOUT", default_value = "5s", value_parser = duration)]
    pub amqp_connect_timeout: Duration,
    /// Whether the topology is known to be there; shared by all connections of a process
    #[arg(skip)]
    pub topology: TopologyState,
}

impl MessagingSettings {
    /// The default settings for the broker at `url`.
    pub fn new(url: AmqpUrl) -> Self {
        Self {
            amqp_url: url,
            amqp_heartbeat_seconds: const { NonZeroU16::new(5).unwrap() },
            amqp_connect_timeout: Duration::from_secs(5),
            topology: TopologyState::default(),
        }
    }
}

/// How to publish.
#[derive(Args, Clone, Debug)]
pub struct PublishSettings {
    /// Connections to publish on: the first that keeps up takes what there is, the others stand by; imports have one more
    #[arg(long, env = "REGISTRAR_PUBLISH_CONNECTIONS", default_value = "2")]
    pub publish_connections: NonZeroUsize,
    /// Registrations on their way to the broker and not confirmed yet, per connection
    #[arg(long, env = "REGISTRAR_PUBLISH_WINDOW", default_value = "1000")]
    pub publish_window: NonZeroUsize,
    /// Registrations that wait for a permit of the window, per connection
    #[arg(long, env = "REGISTRAR_PUBLISH_QUEUE", default_value = "1000")]
    pub publish_queue: NonZeroUsize,
    /// How long a registration may wait for a permit of the window, or to share a message with others
    #[arg(long, env = "REGISTRAR_PUBLISH_QUEUE_TIMEOUT", default_value = "1s", value_parser = duration)]
    pub publish_queue_timeout: Duration,
    /// How long the broker may take to confirm
    #[arg(long, env = "REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", default_value = "5s", value_parser = duration)]
    pub publish_confirm_timeout: Duration,
}
