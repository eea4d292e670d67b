use anyhow::Context as _;
use clap::Args;
use percent_encoding::percent_decode_str;
use registrar_messaging::{AmqpUrl, MessagingSettings};
use registrar_runtime::config::{SecretUrl, secret_url};

use super::Management;

/// Ports of the management plugin, plain and encrypted, unless configured otherwise.
const PORTS: (u16, u16) = (15672, 15671);

/// How to reach RabbitMQ and its management API.
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
    /// Where RabbitMQ listens, when that is known.
    pub(crate) fn amqp_url(&self) -> Option<&AmqpUrl> {
        self.amqp_url.as_ref()
    }

    /// How to log in to RabbitMQ.
    pub(crate) fn messaging(&self) -> anyhow::Result<MessagingSettings> {
        Ok(MessagingSettings::new(self.required_amqp_url()?.clone()))
    }

    /// The management API of the virtual host in `AMQP_URL`.
    pub(crate) fn management(&self) -> anyhow::Result<Management> {
        let amqp = self.required_amqp_url()?;
        Ok(Management::at(&Address::new(amqp, self.rabbitmq_management_url.as_ref()), amqp))
    }

    fn required_amqp_url(&self) -> anyhow::Result<&AmqpUrl> {
        self.amqp_url.as_ref().context("AMQP_URL must be set (Where RabbitMQ listens).")
    }
}

/// Where the management API is, and who asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// Without credentials and without a slash at the end.
    pub(super) base: String,
    pub(super) user: String,
    pub(super) password: String,
}

impl Address {
    /// What `url` says; what it leaves out comes from the AMQP address.
    fn new(amqp: &AmqpUrl, url: Option<&SecretUrl>) -> Self {
        let (user, password) = amqp.credentials();
        let from_amqp = |base| Self { base, user: user.to_owned(), password: password.to_owned() };
        let Some(url) = url.map(|url| url.expose().trim_end_matches('/')) else {
            let host = match amqp.host() {
                address if address.contains(':') => format!("[{address}]"),
                host => host.to_owned(),
            };
            return from_amqp(if amqp.uses_tls() {
                format!("https://{host}:{}", PORTS.1)
            } else {
                format!("http://{host}:{}", PORTS.0)
            });
        };
        let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
        match rest.rsplit_once('@') {
            None => from_amqp(url.to_owned()),
            Some((credentials, place)) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                Self {
                    base: format!("{scheme}://{place}"),
                    user: unescaped(user),
                    password: unescaped(password),
                }
            }
        }
    }
}

/// The text with `%40` and the like decoded; a `%` that escapes nothing stands for itself.
fn unescaped(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(amqp: &str, url: Option<&str>) -> (String, String, String) {
        let parse = secret_url(&["http", "https"], "");
        let url = url.map(|url| parse(url).unwrap());
        let Address { base, user, password } =
            Address::new(&AmqpUrl::parse(amqp).unwrap(), url.as_ref());
        (base, user, password)
    }

    #[test]
    fn without_a_url_it_is_the_usual_port_of_the_same_host_with_the_same_user() {
        for (amqp, base) in [
            ("amqp://app:a%40b@mq:7000/v", "http://mq:15672"),
            ("amqps://app:a%40b@mq.example", "https://mq.example:15671"),
            ("amqp://app:a%40b@[::1]:7000", "http://[::1]:15672"),
        ] {
            let expected = (base.to_owned(), "app".to_owned(), "a@b".to_owned());
            assert_eq!(address(amqp, None), expected);
        }
    }

    #[test]
    fn a_url_wins_and_may_leave_out_the_user() {
        let with = |url| address("amqp://app:secret@mq", Some(url));
        let text = |base: &str, user: &str, password: &str| {
            (base.to_owned(), user.to_owned(), password.to_owned())
        };
        assert_eq!(with("http://h:8080/"), text("http://h:8080", "app", "secret"));
        assert_eq!(with("https://me:p%2Fq%@h/mq"), text("https://h/mq", "me", "p/q%"));
        assert_eq!(with("http://me@h"), text("http://h", "me", ""));
    }
}
