//! A node's ports, files and environment.

use std::{
    env,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use super::WHAT;
use crate::{
    StackError,
    process::Managed,
    server::{Home, Port},
    tools::{BROKER, BROKER_CONTROL, NAME_SERVICE},
};

/// The configuration that the containers use as well.
const SHARED_CONFIG: &str = include_str!("../../../rabbitmq/rabbitmq.conf");
const ENABLED_PLUGINS: &str = include_str!("../../../rabbitmq/enabled_plugins");

const NAME_SERVICE_PATIENCE: Duration = Duration::from_secs(10);

/// Everything that makes a node private.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) amqp: Port,
    pub(super) management: Port,
    pub(super) metrics: Port,
    cluster: Port,
    names: Port,
    server: PathBuf,
    dir: PathBuf,
}

impl Node {
    /// Chooses the ports, `first` and the four after it or free ones, and writes the files.
    pub(super) fn prepare(home: &Home, first: u16) -> Result<Self, StackError> {
        let port = |offset| Port::choose(WHAT, if first == 0 { 0 } else { first + offset });
        let node = Self {
            amqp: port(0)?,
            management: port(1)?,
            metrics: port(2)?,
            cluster: port(3)?,
            names: port(4)?,
            server: BROKER.find()?,
            dir: home.dir.clone(),
        };
        let config = format!(
            "{SHARED_CONFIG}\n\
             listeners.tcp.local = 127.0.0.1:{}\n\
             management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {}\n\
             prometheus.tcp.ip = 127.0.0.1\nprometheus.tcp.port = {}\n\
             collect_statistics_interval = 1000\n",
            node.amqp.number(),
            node.management.number(),
            node.metrics.number(),
        );
        home.write("rabbitmq.conf", &config)?;
        home.write("enabled_plugins", ENABLED_PLUGINS)?;
        home.write("rabbitmq-env.conf", "")?;
        home.write("advanced.config", "[].\n")?;
        home.private_folder("data")?;
        Ok(node)
    }

    /// Starts a name service (epmd) of the node's own and waits until it answers. Erlang would
    /// start a shared one, which outlives everything.
    pub(super) fn start_name_service(&self, home: &Home) -> Result<Managed, StackError> {
        let mut command = self.environment(&NAME_SERVICE.find()?);
        let log = home.dir.join("epmd.log");
        let mut process =
            Managed::spawn("Erlang's epmd", &mut command, Stdio::null(), &log, &home.keeper)?;
        let port = self.names.number();
        process.wait_ready(NAME_SERVICE_PATIENCE, || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        })?;
        Ok(process)
    }

    /// The command that runs the node.
    pub(super) fn server(&self) -> Command {
        self.environment(&self.server)
    }

    /// The command that controls the node, without its arguments.
    pub(super) fn control(&self) -> Result<Command, StackError> {
        let mut command = self.environment(&BROKER_CONTROL.find()?);
        command.arg("--quiet");
        Ok(command)
    }

    /// `program` with nothing of the system's own RabbitMQ: each of these would otherwise come
    /// from /etc/rabbitmq or the caller.
    fn environment(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
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
            // The data is bound to the name; it is private because the name service is.
            .env("RABBITMQ_NODENAME", "registrar@localhost")
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
