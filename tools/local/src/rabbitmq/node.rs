//! A node's ports, files and environment.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use super::WHAT;
use crate::data_dir::{Home, ServerOptions};
use crate::process::{Managed, Port, is_listening};
use crate::tools::{BROKER, BROKER_CONTROL, NAME_SERVICE};
use crate::{Program, StackError};

/// The configuration that the containers use as well.
const SHARED_CONFIG: &str = include_str!("../../../../infra/rabbitmq/rabbitmq.conf");
const CLUSTER_CONFIG: &str = include_str!("../../../../infra/rabbitmq/cluster.conf");
const ENABLED_PLUGINS: &str = include_str!("../../../../infra/rabbitmq/enabled_plugins");

/// Erlang's secret, in the home folder of a node.
const COOKIE: &str = ".erlang.cookie";

const NAME_SERVICE_TIMEOUT: Duration = Duration::from_mins(1);

fn shared_config() -> String {
    format!("{SHARED_CONFIG}\n{CLUSTER_CONFIG}\n")
}

#[derive(Debug)]
pub(super) struct Node {
    pub(super) amqp: Port,
    pub(super) management: Port,
    pub(super) metrics: Port,
    cluster: Port,
    /// Of the name service: the node's own, or another's.
    names: Port,
    name: String,
    server: Program,
    dir: PathBuf,
}

impl Node {
    /// A node that stands alone. Chooses the ports, `first` and the four after it or free ones,
    /// and writes the files.
    pub(super) fn prepare(home: &Home, options: &ServerOptions) -> Result<Self, StackError> {
        let first = options.port;
        let port = |offset| Port::choose(WHAT, if first == 0 { 0 } else { first + offset });
        // The data is bound to the name; it is private because the name service is.
        let node = Self::with_ports(home, "registrar@localhost", port, port(4)?)?;
        node.write_files(home, &if options.is_stock { String::new() } else { shared_config() })?;
        Ok(node)
    }

    /// A node, on free ports, that joins the cluster of another when it first starts.
    pub(super) fn prepare_member(
        home: &Home,
        number: usize,
        first: &Self,
    ) -> Result<Self, StackError> {
        let name = format!("registrar-{number}@localhost");
        let names = Port::at(first.names.number());
        let node = Self::with_ports(home, &name, |_| Port::choose(WHAT, 0), names)?;
        node.write_files(
            home,
            &format!(
                "{}\ncluster_formation.peer_discovery_backend = classic_config\n\
             cluster_formation.classic_config.nodes.1 = {}\n",
                shared_config(),
                first.name,
            ),
        )?;
        // Nodes talk to those that know their secret, which the first has made for itself.
        let (theirs, ours) = (first.dir.join(COOKIE), node.dir.join(COOKIE));
        fs::copy(&theirs, &ours)
            .map_err(StackError::io(format!("Could not copy {}", theirs.display())))?;
        Ok(node)
    }

    fn with_ports(
        home: &Home,
        name: &str,
        port: impl Fn(u16) -> Result<Port, StackError>,
        names: Port,
    ) -> Result<Self, StackError> {
        Ok(Self {
            amqp: port(0)?,
            management: port(1)?,
            metrics: port(2)?,
            cluster: port(3)?,
            names,
            name: name.to_owned(),
            server: BROKER.find()?,
            dir: home.dir.clone(),
        })
    }

    fn write_files(&self, home: &Home, more: &str) -> Result<(), StackError> {
        let config = format!(
            "{more}\n\
             listeners.tcp.local = 127.0.0.1:{}\n\
             management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {}\n\
             prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {}\n\
             collect_statistics_interval = 1000\n",
            self.amqp.number(),
            self.management.number(),
            self.metrics.number(),
        );
        home.write("rabbitmq.conf", &config)?;
        home.write("enabled_plugins", ENABLED_PLUGINS)?;
        home.write("rabbitmq-env.conf", "")?;
        home.write("advanced.config", "[].\n")?;
        home.private_folder("data").map(drop)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Starts a name service (epmd) of the node's own and waits until it answers. Erlang would
    /// start a shared one, which outlives everything.
    pub(super) fn start_name_service(&self, home: &Home) -> Result<Managed, StackError> {
        let mut command = self.environment(&NAME_SERVICE.find()?);
        let log = home.dir.join("epmd.log");
        let mut process =
            Managed::spawn("Erlang's epmd", &mut command, Stdio::null(), &log, &home.keeper)?;
        let port = self.names.number();
        process.wait_ready(NAME_SERVICE_TIMEOUT, || is_listening(port))?;
        Ok(process)
    }

    pub(super) fn server(&self) -> Command {
        self.environment(&self.server)
    }

    pub(super) fn control(&self) -> Result<Command, StackError> {
        let mut command = self.environment(&BROKER_CONTROL.find()?);
        command.arg("--quiet");
        Ok(command)
    }

    /// `program` with nothing of the system's own RabbitMQ: each of these would otherwise come
    /// from /etc/rabbitmq or the caller.
    fn environment(&self, program: &Program) -> Command {
        let mut command = program.command();
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("RABBITMQ_") || text.starts_with("ERL_") {
                command.env_remove(&name);
            }
        }
        command
            .current_dir(&self.dir)
            .env("HOME", &self.dir)
            .env("ERL_EPMD_ADDRESS", "127.0.0.1")
            .env("ERL_EPMD_PORT", self.names.number().to_string())
            .env("RABBITMQ_NODENAME", &self.name)
            .env("RABBITMQ_DIST_PORT", self.cluster.number().to_string())
            .env("RABBITMQ_MNESIA_BASE", self.dir.join("data"))
            .env("RABBITMQ_LOG_BASE", &self.dir)
            .env("RABBITMQ_LOGS", "-")
            .env("RABBITMQ_CONF_ENV_FILE", self.dir.join("rabbitmq-env.conf"))
            .env("RABBITMQ_CONFIG_FILE", self.dir.join("rabbitmq.conf"))
            .env("RABBITMQ_CONFIG_FILES", self.dir.join("no-conf.d/*.conf"))
            .env("RABBITMQ_ADVANCED_CONFIG_FILE", self.dir.join("advanced.config"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", self.dir.join("enabled_plugins"))
            // Cluster traffic on this machine only, and no busy waiting: several nodes share it.
            .env(
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS",
                "-kernel inet_dist_use_interface {127,0,0,1} \
                 +sbwt none +sbwtdcpu none +sbwtdio none",
            )
            // Makes the script replace itself by the server, whose process is then our child.
            .env("RUNNING_UNDER_SYSTEMD", "true")
            .env_remove("NOTIFY_SOCKET");
        command
    }
}
