//! URLs that carry a password.

use std::fmt;
use std::net::Ipv6Addr;

use secrecy::{ExposeSecret, SecretString};

/// A URL whose password never shows: `Debug` and `Display` print `scheme://user:***@host/path`.
#[derive(Clone)]
pub struct SecretUrl(SecretString);

impl SecretUrl {
    /// The whole URL with its password, for the library that connects.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Everything between the first colon of the authority and the **last** `@` is hidden, not
    /// only what a URL parser would call the password: people paste passwords with `/` or `@` in
    /// them unescaped. A query may carry credentials too, so it is left out.
    fn masked(&self) -> String {
        let url = self.expose();
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (user_and_password, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let place = place.split(['?', '#']).next().unwrap_or_default();
        match user_and_password.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:***@{place}"),
            None if user_and_password.is_empty() => format!("{scheme}://{place}"),
            None => format!("{scheme}://{user_and_password}@{place}"),
        }
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretUrl({self})")
    }
}

/// Whether what stands before the host can be nothing else: `amqp://me:pass/word@host` names the host
/// `me`, and a message that names it shows part of a password.
pub fn has_escaped_credentials(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let after_authority = rest.find(['/', '?', '#']).map_or("", |end| &rest[end..]);
    !after_authority.contains(['@', '#'])
}

/// A parser of URLs with one of `schemes`; `example` is what the refusal shows as right.
///
/// It looks at no more than scheme, host and port, since the module that connects knows the rest.
pub fn secret_url(
    schemes: &'static [&'static str],
    example: &'static str,
) -> impl Fn(&str) -> Result<SecretUrl, String> + Clone + Send + Sync + 'static {
    move |value| {
        // What people paste ends in a line feed now and then.
        let value = value.trim();
        let is_url = value.split_once("://").is_some_and(|(scheme, rest)| {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
            schemes.contains(&scheme) && is_place(place) && !value.contains(char::is_whitespace)
        });
        if is_url && has_escaped_credentials(value) {
            Ok(SecretUrl(SecretString::from(value)))
        } else {
            Err(format!(
                "it must be a URL such as {example}; in user and password, characters like / and @ \
                 are written as %2F and %40"
            ))
        }
    }
}

/// Whether this is a host, and a port if it has one.
fn is_place(place: &str) -> bool {
    let (host, port) = match place.strip_prefix('[').and_then(|place| place.split_once(']')) {
        Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (address, port),
        Some(_) => return false,
        None => place.find(':').map_or((place, ""), |colon| place.split_at(colon)),
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    !host.is_empty() && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amqp(value: &str) -> Result<SecretUrl, String> {
        secret_url(&["amqp", "amqps"], "amqp://user:password@localhost:5672")(value)
    }

    #[test]
    fn the_password_is_hidden_and_the_rest_shows() {
        for (url, shown) in [
            ("amqp://app:hunter2@mq:5672/%2f", "amqp://app:***@mq:5672/%2f"),
            ("amqps://app:hunt@er2@mq/v?password=hunter2", "amqps://app:***@mq/v"),
            ("amqp://app:hunter2@[::1]:5672", "amqp://app:***@[::1]:5672"),
            ("amqp://app@mq", "amqp://app@mq"),
            ("amqp://mq:5672", "amqp://mq:5672"),
        ] {
            let parsed = amqp(url).unwrap();
            assert_eq!(parsed.to_string(), shown);
            assert_eq!(format!("{parsed:?}"), format!("SecretUrl({shown})"));
            assert_eq!(parsed.expose(), url);
        }
    }

    #[test]
    fn another_scheme_or_no_host_is_refused_without_showing_the_value() {
        for url in [
            "mysql://u:hunter2@h",
            "mq:5672",
            "",
            "amqp://",
            "amqp://u:hunter2@/v",
            "amqp://u:hunter2",
            "amqp://mq:99999",
            "amqp://[mq]:5672",
            "amqp://u:hun/ter2@mq",
            "amqp://u:1?hunter2@mq",
            "amqp://u:1#hunter2@mq",
            "amqp://u:hun ter2@mq",
        ] {
            let rule = amqp(url).unwrap_err();
            let example = "it must be a URL such as amqp://user:password@localhost:5672;";
            assert!(rule.starts_with(example), "{url:?}: {rule}");
        }
    }

    #[test]
    fn space_around_a_url_is_no_part_of_it() {
        assert_eq!(amqp(" amqp://mq:5672\n").unwrap().expose(), "amqp://mq:5672");
    }

    #[test]
    fn a_url_whose_password_may_reach_beyond_the_host_is_known() {
        for (url, is_escaped) in [
            ("amqp://me:pass%2Fword@mq/v", true),
            ("amqp://me:p@ss@mq/v", true),
            ("mysql://me@db/registrar?ssl-mode=REQUIRED", true),
            ("amqp://me:p@ss/word@mq", false),
            ("amqp://me:12/word@mq/v", false),
            ("amqp://me:12?word@mq", false),
            ("amqp://me:12#word@mq", false),
            ("amqp://me:12#word", false),
        ] {
            assert_eq!(has_escaped_credentials(url), is_escaped, "{url}");
        }
    }
}
