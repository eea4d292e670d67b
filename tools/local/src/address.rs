//! Addresses of servers: `scheme://user:password@host:port`.

use url::Url;

use crate::StackError;

/// Reads an address from a setting. User name and password must need no escaping.
pub(crate) fn parse(name: &'static str, text: &str, default_port: u16) -> Result<Url, StackError> {
    let bad = |reason| StackError::BadAddress { name, reason };
    let mut url = Url::parse(text).map_err(|_| bad("it is no address"))?;
    if url.username().contains('%') || url.password().is_some_and(|text| text.contains('%')) {
        return Err(bad("user name and password must not be percent-encoded"));
    }
    if url.port().is_none() {
        url.set_port(Some(default_port)).map_err(|()| bad("it names no host"))?;
    }
    Ok(url)
}

/// The address of a server on this machine, with `login` as it stands in a URL.
pub(crate) fn local(scheme: &str, login: &str, port: u16) -> Result<Url, StackError> {
    parse(
        "The address of a server of our own",
        &format!("{scheme}://{login}@127.0.0.1:{port}"),
        port,
    )
}

pub(crate) fn below(server: &Url, name: &str) -> String {
    let mut url = server.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.clear().push(name);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_put_together() {
        let address = parse("X", "mysql://app:secret@db.example:3307/other", 3306).unwrap();
        assert_eq!(below(&address, "mine"), "mysql://app:secret@db.example:3307/mine");
    }

    #[test]
    fn a_missing_port_is_the_default_one() {
        let address = parse("X", "amqp://guest:guest@broker/%2f", 5672).unwrap();
        assert_eq!(address.port(), Some(5672));
    }

    #[test]
    fn the_default_virtual_host_is_escaped_in_addresses() {
        let address = local("amqp", "guest:guest", 1).unwrap();
        assert_eq!(below(&address, "/"), "amqp://guest:guest@127.0.0.1:1/%2F");
    }

    #[test]
    fn a_refused_address_is_not_repeated_in_the_message() {
        let error = parse("X", "mysql://app:p%40ss@db/", 3306).unwrap_err();
        assert_eq!(
            error.to_string(),
            "X is not usable: user name and password must not be percent-encoded"
        );
    }
}
