//! A private RabbitMQ node.

mod cluster;
mod control;
mod definitions;
mod management;
mod node;

pub use cluster::Cluster;
pub use management::{Connection, Management, Queue};
use node::Node;

use crate::StackError;
use crate::data_dir::{Home, ServerOptions};
use crate::process::{Managed, is_listening};
use crate::server::{Server, Service};

const WHAT: &str = "RabbitMQ";

/// A RabbitMQ node of our own, with the management and metrics plugins and the policies of
/// `infra/rabbitmq/definitions.json`. Its user is `guest`.
pub type RabbitMq = Server<Broker>;

#[derive(Debug)]
pub struct Broker {
    /// `None` when it is another node's.
    _names: Option<Managed>,
    node: Node,
    management: Management,
}

impl Service for Broker {
    fn port(&self) -> u16 {
        self.node.amqp.number()
    }

    fn answers(&self) -> bool {
        is_listening(self.port()) && self.management.answers()
    }
}

impl RabbitMq {
    pub fn start(options: &ServerOptions) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let node = Node::prepare(&home, options)?;
        let names = node.start_name_service(&home)?;
        let server = Self::start_node(home, node, Some(names))?;
        // What `infra/rabbitmq/definitions.json` says.
        server.management().create_vhost("/")?;
        Ok(server)
    }

    fn start_node(home: Home, node: Node, names: Option<Managed>) -> Result<Self, StackError> {
        let management = Management::local(node.amqp.number(), node.management.number())?;
        Self::launch(home, node.server(), Broker { _names: names, node, management })
    }

    pub fn metrics_port(&self) -> u16 {
        self.service.node.metrics.number()
    }

    pub fn name(&self) -> &str {
        self.service.node.name()
    }

    pub fn management(&self) -> &Management {
        &self.service.management
    }
}
