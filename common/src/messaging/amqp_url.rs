use std::fmt;

use lapin::uri::{AMQPScheme, AMQPUri};

/// Where RabbitMQ listens, and as whom to log in. The password shows nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct AmqpUrl(AMQPUri);

/// A text that is no usable URL: the operator's fault. Does not hold the text, which may carry a
/// password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "it must be a URL such as amqp://user:password@host:5672/virtual-host, or amqps://… for TLS; \
     in user, password and virtual host, characters like / and @ are written as %2F and %40"
)]
pub struct InvalidAmqpUrl;

impl AmqpUrl {
    /// Reads a URL after RabbitMQ's specification (<https://www.rabbitmq.com/docs/uri-spec>),
    /// except that a trailing slash alone means the default virtual host, as people expect.
    pub fn parse(text: &str) -> Result<Self, InvalidAmqpUrl> {
        let mut uri: AMQPUri = text.parse().map_err(|_| InvalidAmqpUrl)?;
        let (_, rest) = text.split_once("://").ok_or(InvalidAmqpUrl)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
        // The parser takes localhost for a host that is missing, and for an IPv6 address.
        if place.is_empty() || place.starts_with(':') {
            return Err(InvalidAmqpUrl);
        }
        if let Some((address, _)) = place.strip_prefix('[').and_then(|p| p.split_once(']')) {
            address.clone_into(&mut uri.authority.host);
        }
        if uri.vhost.is_empty() {
            "/".clone_into(&mut uri.vhost);
        }
        Ok(Self(uri))
    }

    /// Host and port, to say which broker is meant.
    pub fn place(&self) -> String {
        format!("{}:{}", self.0.authority.host, self.0.authority.port)
    }

    /// The host alone, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.0.authority.host
    }

    /// User name and password, neither of them escaped.
    pub fn credentials(&self) -> (&str, &str) {
        let user = &self.0.authority.userinfo;
        (&user.username, &user.password)
    }

    /// The virtual host, not escaped.
    pub fn virtual_host(&self) -> &str {
        &self.0.vhost
    }

    /// Whether the connection is encrypted.
    pub fn uses_tls(&self) -> bool {
        self.0.scheme == AMQPScheme::AMQPS
    }

    pub(super) fn uri(&self) -> &AMQPUri {
        &self.0
    }
}

impl fmt::Debug for AmqpUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = &self.0.authority.userinfo.username;
        write!(formatter, "{}://{user}:***@{}", self.0.scheme, self.place())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (String, u16, String) {
        let AMQPUri { authority, vhost, .. } = AmqpUrl::parse(text).unwrap().0;
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
        ] {
            assert_eq!(read(text), (host.to_owned(), port, vhost.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_in_a_sentence_without_the_password() {
        for text in
            ["", "mq", "http://mq", "amqp://", "amqp://a:hunter2@", "amqp://:5672", "amqp:mq"]
        {
            let error = AmqpUrl::parse(text).unwrap_err();
            assert!(!error.to_string().contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn the_password_shows_nowhere() {
        let url = AmqpUrl::parse("amqp://app:hunter2@mq:5672/v").unwrap();
        assert_eq!(format!("{url:?}"), "amqp://app:***@mq:5672");
    }
}
