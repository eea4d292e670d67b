//! Nodes of our own that hold copies of each other's queues.

use super::node::Node;
use super::{RabbitMq, WHAT};
use crate::StackError;
use crate::data_dir::{Home, ServerOptions};

/// RabbitMQ nodes that form a cluster, as temporary as
/// [`ServerOptions::temporary`](crate::ServerOptions::temporary) ones.
#[derive(Debug)]
pub struct Cluster {
    /// The nodes. The first has the name service of all, which goes on when the node is killed.
    pub nodes: Vec<RabbitMq>,
}

impl Cluster {
    /// Starts so many nodes, one after the other, and waits until all are one cluster.
    pub fn start(size: usize) -> Result<Self, StackError> {
        let first = RabbitMq::start(&ServerOptions::temporary())?;
        let mut nodes = vec![first];
        for number in 2..=size {
            let home = Home::open(WHAT, None)?;
            let node = Node::prepare_member(&home, number, &nodes[0].service.node)?;
            nodes.push(RabbitMq::start_node(home, node, None)?);
        }
        Ok(Self { nodes })
    }

    pub fn node(&mut self, name: &str) -> Option<&mut RabbitMq> {
        self.nodes.iter_mut().find(|node| node.name() == name)
    }

    pub fn ports(&self) -> Vec<u16> {
        self.nodes.iter().map(RabbitMq::port).collect()
    }
}
