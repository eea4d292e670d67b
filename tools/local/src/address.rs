//! Addresses of servers.

use std::fmt;

use ureq::http::Uri;

use crate::StackError;

/// `scheme://user:password@host:port`, in parts.
#[derive(Clone)]
pub(crate) struct Address {
    pub(crate) scheme: String,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// A server on this machine.
    pub(crate) fn new(scheme: &str, user: &str, password: &str, port: u16) -> Self {
        Self {
            scheme: scheme.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            host: "127.0.0.1".to_owned(),
            port,
        }
    }

    /// Reads an address from a setting. User name and password must need no escaping.
    pub(crate) fn parse(
        name: &'static str,
        text: &str,
        default_port: u16,
    ) -> Result<Self, StackError> {
        let bad = |reason| StackError::BadAddress { name, reason };
        let uri: Uri = text.parse().map_err(|_| bad("it is no address"))?;
        let scheme = uri.scheme_str().ok_or_else(|| bad("it has no scheme"))?;
        let authority = uri.authority().ok_or_else(|| bad("it names no host"))?;
        let credentials = authority.as_str().rsplit_once('@').map_or("", |(before, _)| before);
        if credentials.contains('%') {
            return Err(bad("user name and password must not be percent-encoded"));
        }
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        Ok(Self {
            scheme: scheme.to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(default_port),
        })
    }

    /// With the user of `other`, where this address names none.
    pub(crate) fn or_user_of(self, other: &Self) -> Self {
        if !self.user.is_empty() {
            return self;
        }
        Self { user: other.user.clone(), password: other.password.clone(), ..self }
    }

    /// The address of something on the server.
    pub(crate) fn url(&self, path: &str) -> String {
        let Self { scheme, user, password, host, port } = self;
        let colon = if password.is_empty() { "" } else { ":" };
        format!("{scheme}://{user}{colon}{password}@{host}:{port}/{path}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:***@{}:{}", self.scheme, self.user, self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_user_takes_that_of_another() {
        let parse = |text| Address::parse("X", text, 1).unwrap();
        let broker = parse("amqp://guest:secret@broker");
        for (text, expected) in [
            ("http://broker:15672", "http://guest:secret@broker:15672/"),
            ("http://me:mine@broker:15672", "http://me:mine@broker:15672/"),
        ] {
            assert_eq!(parse(text).or_user_of(&broker).url(""), expected);
        }
    }

    #[test]
    fn an_address_is_taken_apart_and_put_together() {
        let address =
            Address::parse("X", "mysql://app:secret@db.example:3307/other", 3306).unwrap();
        assert_eq!(address.url("mine"), "mysql://app:secret@db.example:3307/mine");
    }

    #[test]
    fn a_missing_port_is_the_default_one() {
        let address = Address::parse("X", "amqp://guest:guest@broker/%2f", 5672).unwrap();
        assert_eq!(address.port, 5672);
    }

    #[test]
    fn a_refused_address_is_not_repeated_in_the_message() {
        let error = Address::parse("X", "mysql://app:p%40ss@db/", 3306).unwrap_err();
        assert_eq!(
            error.to_string(),
            "X is not usable: user name and password must not be percent-encoded"
        );
    }
}
