//! A private RabbitMQ node.

mod alarms;
mod cluster;
mod control;
mod definitions;
mod management;
mod node;
mod partition;
mod tick;

use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

pub use cluster::Cluster;
pub use management::{Management, Queue};
use node::Node;

use crate::StackError;
use crate::data_dir::{Home, ServerOptions};
use crate::process::Managed;

const WHAT: &str = "RabbitMQ";
/// Starting takes about four seconds on an idle machine with two cores.
const START_TIMEOUT: Duration = Duration::from_mins(2);
/// Stopping takes about six seconds, most of it for closing the management listeners.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);

/// A RabbitMQ node of our own, with the management and metrics plugins and the policies of
/// `infra/rabbitmq/definitions.json`. It listens on 127.0.0.1 only; its user is `guest`. It ends
/// with this value, or with this process.
#[derive(Debug)]
pub struct RabbitMq {
    // Before `home`, whose keeper ends whatever is left.
    process: Managed,
    /// `None` when it is another node's.
    _names: Option<Managed>,
    node: Node,
    management: Management,
    home: Home,
}

impl RabbitMq {
    /// Starts a node and waits until it answers.
    pub fn start(options: &ServerOptions) -> Result<Self, StackError> {
        let home = Home::open(WHAT, options.data_dir.as_deref())?;
        let node = Node::prepare(&home, options)?;
        let names = node.start_name_service(&home)?;
        let server = Self::start_node(home, node, Some(names))?;
        server.management.apply_definitions()?;
        Ok(server)
    }

    fn start_node(home: Home, node: Node, names: Option<Managed>) -> Result<Self, StackError> {
        let process = home.spawn(WHAT, &mut node.server())?;
        let management = Management::local(node.amqp.number(), node.management.number());
        let mut server = Self { process, _names: names, node, management, home };
        server.wait_ready()?;
        Ok(server)
    }

    /// Starts it again, unless it runs, on its ports and data after [`Self::kill`] or [`Self::stop`].
    pub fn start_again(&mut self) -> Result<(), StackError> {
        if self.check().is_ok() {
            return Ok(());
        }
        self.process = self.home.spawn(WHAT, &mut self.node.server())?;
        self.wait_ready()
    }

    /// [`Self::stop`], then [`Self::start_again`].
    pub fn restart(&mut self) -> Result<(), StackError> {
        self.stop()?;
        self.start_again()
    }

    /// Lets it end by itself, with its files in order.
    pub fn stop(&mut self) -> Result<(), StackError> {
        self.process.stop(STOP_TIMEOUT).map(drop)
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) -> Result<(), StackError> {
        self.process.kill()
    }

    /// Freezes it: connections stay open and nothing answers.
    pub fn pause(&self) -> Result<(), StackError> {
        self.process.pause()
    }

    /// Ends a [`Self::pause`].
    pub fn resume(&self) -> Result<(), StackError> {
        self.process.resume()
    }

    /// The server's process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The AMQP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.node.amqp.number()
    }

    /// The port of RabbitMQ's own metrics.
    pub fn metrics_port(&self) -> u16 {
        self.node.metrics.number()
    }

    /// Its name in a cluster.
    pub fn name(&self) -> &str {
        self.node.name()
    }

    /// The log file.
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// Virtual hosts, queues, connections.
    pub fn management(&self) -> &Management {
        &self.management
    }

    /// An error that says how it ended, if it did.
    pub fn check(&mut self) -> Result<(), StackError> {
        self.process.check()
    }

    fn wait_ready(&mut self) -> Result<(), StackError> {
        let amqp = self.port();
        let management = &self.management;
        self.process.wait_ready(START_TIMEOUT, || {
            TcpStream::connect(("127.0.0.1", amqp)).is_ok() && management.answers()
        })
    }
}
