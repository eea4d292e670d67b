use std::fmt;

use lapin::tcp::OwnedTLSConfig;
use lapin::uri::{AMQPScheme, AMQPUri};
use registrar_runtime::config::has_escaped_credentials;

mod parameters;

/// Where RabbitMQ listens, as which user to log in, and which certificates to use. The password shows
/// nowhere.
#[derive(Clone, PartialEq)]
pub struct AmqpUrl {
    uri: AMQPUri,
    tls: OwnedTLSConfig,
}

/// A text that is no usable URL: the operator's fault. Does not hold the text, which may carry a
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmqpUrl {
    /// It is no URL, or has no host.
    #[error(
        "it must be a URL such as amqp://user:password@host:5672/virtual-host, or amqps://… for TLS; \
         in user, password and virtual host, characters like / and @ are written as %2F and %40"
    )]
    Malformed,
    /// It has a parameter that means nothing here; what to do instead.
    #[error("{0}")]
    Parameter(&'static str),
    /// It names a file that cannot be used.
    #[error("its {name} is not usable: {reason}")]
    File { name: &'static str, reason: String },
}

impl AmqpUrl {
    /// Reads a URL after RabbitMQ's specification (<https://www.rabbitmq.com/docs/uri-spec>),
    /// except that a trailing slash alone means the default virtual host, as people expect. Reads the
    /// certificates that it names, too.
    pub fn parse(text: &str) -> Result<Self, InvalidAmqpUrl> {
        let text = text.trim();
        if !has_escaped_credentials(text) {
            return Err(InvalidAmqpUrl::Malformed);
        }
        let (_, rest) = text.split_once("://").ok_or(InvalidAmqpUrl::Malformed)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let authority = rest.split('/').next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        // The library takes localhost for a host that is missing, and for an IPv6 address.
        if place.is_empty() || place.starts_with(':') {
            return Err(InvalidAmqpUrl::Malformed);
        }
        let tls = parameters::read(query, text.starts_with("amqps:"))?;
        let mut uri: AMQPUri = text.parse().map_err(|_| InvalidAmqpUrl::Malformed)?;
        if let Some((address, _)) = place.strip_prefix('[').and_then(|p| p.split_once(']')) {
            address.clone_into(&mut uri.authority.host);
        }
        if uri.vhost.is_empty() {
            "/".clone_into(&mut uri.vhost);
        }
        Ok(Self { uri, tls })
    }

    pub fn place(&self) -> String {
        format!("{}:{}", self.uri.authority.host, self.uri.authority.port)
    }

    /// The host alone, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.uri.authority.host
    }

    /// User name and password, neither of them escaped.
    pub fn credentials(&self) -> (&str, &str) {
        let user = &self.uri.authority.userinfo;
        (&user.username, &user.password)
    }

    /// The virtual host, not escaped.
    pub fn virtual_host(&self) -> &str {
        &self.uri.vhost
    }

    pub fn uses_tls(&self) -> bool {
        self.uri.scheme == AMQPScheme::AMQPS
    }

    /// The certificates to trust, besides those that the operating system trusts, and one's own.
    pub(crate) fn tls(&self) -> &OwnedTLSConfig {
        &self.tls
    }

    pub(crate) fn uri(&self) -> &AMQPUri {
        &self.uri
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = &self.uri.authority.userinfo.username;
        write!(formatter, "{}://{user}:***@{}", self.uri.scheme, self.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, u16, String) {
        let AMQPUri { authority, vhost, .. } = AmqpUrl::parse(text).unwrap().uri;
        (authority.host, authority.port, vhost)
    }

    #[test]
    fn host_port_and_virtual_host_are_read() {
        for (text, host, port, vhost) in [
            ("amqp://mq", "mq", 5672, "/"),
            ("amqp://mq/", "mq", 5672, "/"),
            ("amqps://a:b@mq.example/%2f", "mq.example", 5671, "/"),
            ("amqp://a:b@127.0.0.1:7000/v", "127.0.0.1", 7000, "v"),
            ("amqp://a:b@[::1]:7000/v", "::1", 7000, "v"),
            ("amqp://[2001:db8::1]", "2001:db8::1", 5672, "/"),
            ("amqp://a:b@mq?frame_max=8192", "mq", 5672, "/"),
            (" amqp://a:b@mq/v\n", "mq", 5672, "v"),
        ] {
            assert_eq!(read(text), (host.to_owned(), port, vhost.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_in_a_sentence_without_the_password() {
        for text in [
            "",
            "mq",
            "http://mq",
            "amqp://",
            "amqp://a:hunter2@",
            "amqp://:5672",
            "amqp:mq",
            "amqp://a:hunter2",
            "amqp://a:hunt@er/2@mq",
            "amqp://a:1/hunter2@mq",
            "amqp://a:1?hunter2@mq",
            "amqp://a:1#hunter2",
        ] {
            assert_eq!(AmqpUrl::parse(text), Err(InvalidAmqpUrl::Malformed), "{text}");
        }
        let unknown = AmqpUrl::parse("amqp://a:1?hunter2").unwrap_err();
        assert!(!unknown.to_string().contains("hunter2"), "{unknown}");
    }

    #[test]
    fn the_password_shows_nowhere() {
        let url = AmqpUrl::parse("amqp://app:hunter2@mq:5672/v").unwrap();
        assert_eq!(format!("{url:?}"), "amqp://app:***@mq:5672");
    }
}
