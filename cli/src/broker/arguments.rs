use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use registrar_management::{Management, ManagementError};
use registrar_messaging::{AmqpUrl, MessagingSettings};
use registrar_runtime::config::{SecretUrl, secret_url};
use serde::de::DeserializeOwned;
use ureq::Agent;
use url::Url;

/// Ports of the management plugin, plain and encrypted, unless configured otherwise.
const PORTS: (u16, u16) = (15672, 15671);
const TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(crate) struct BrokerArguments {
    /// Where RabbitMQ listens, as for the API and the worker.
    #[arg(long, env = "AMQP_URL", hide_env_values = true, value_parser = AmqpUrl::parse)]
    amqp_url: Option<AmqpUrl>,

    /// Where RabbitMQ's management API is, as `http://user:password@host:15672`; unless given, port
    /// 15672 of the host in `AMQP_URL` (15671 and https with amqps), with the user of `AMQP_URL`.
    #[arg(long, env = "REGISTRAR_RABBITMQ_MANAGEMENT_URL")]
    #[arg(value_parser = secret_url(&["http", "https"], "http://user:password@localhost:15672"))]
    rabbitmq_management_url: Option<SecretUrl>,
}

impl BrokerArguments {
    pub(crate) fn messaging(&self) -> anyhow::Result<MessagingSettings> {
        Ok(MessagingSettings::new(self.amqp_url()?.clone()))
    }

    pub(crate) fn amqp_url(&self) -> anyhow::Result<&AmqpUrl> {
        self.amqp_url.as_ref().context("AMQP_URL must be set (Where RabbitMQ listens).")
    }

    /// The virtual host in `AMQP_URL`, as the management API shows it.
    pub(crate) fn virtual_host(&self) -> anyhow::Result<VirtualHost> {
        let amqp = self.amqp_url()?;
        let url = match &self.rabbitmq_management_url {
            Some(url) => url.expose().to_owned(),
            None => usual_url(amqp),
        };
        let url = Url::parse(&url).context("REGISTRAR_RABBITMQ_MANAGEMENT_URL is not usable")?;
        let config = Agent::config_builder().timeout_global(Some(TIMEOUT));
        let management = Management::new(config, &url, amqp.credentials());
        Ok(VirtualHost { management, name: amqp.virtual_host().to_owned() })
    }
}

fn usual_url(amqp: &AmqpUrl) -> String {
    let host = match amqp.host() {
        address if address.contains(':') => format!("[{address}]"),
        host => host.to_owned(),
    };
    if amqp.uses_tls() {
        format!("https://{host}:{}", PORTS.1)
    } else {
        format!("http://{host}:{}", PORTS.0)
    }
}

#[derive(Debug)]
pub(crate) struct VirtualHost {
    pub(crate) management: Management,
    pub(crate) name: String,
}

impl VirtualHost {
    pub(crate) fn get<T: DeserializeOwned>(
        &self,
        kind: &str,
        path: &[&str],
        parameters: &[(&str, u32)],
    ) -> Result<Option<T>, ManagementError> {
        self.management.get(&[&[kind, &self.name], path].concat(), parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_url_it_is_the_usual_port_of_the_same_host() {
        for (amqp, url) in [
            ("amqp://app:a%40b@mq:7000/v", "http://mq:15672"),
            ("amqps://app:a%40b@mq.example", "https://mq.example:15671"),
            ("amqp://app:a%40b@[::1]:7000", "http://[::1]:15672"),
        ] {
            assert_eq!(usual_url(&AmqpUrl::parse(amqp).unwrap()), url);
        }
    }
}
