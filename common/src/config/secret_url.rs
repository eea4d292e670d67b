//! URLs that carry a password.

use std::fmt;

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

/// A parser of URLs with one of `schemes`; `example` is what the refusal shows as right.
///
/// It looks at no more than scheme and host, since the module that connects knows the rest.
///
/// # Errors
/// The parser's error is the completed sentence, without the value.
pub fn secret_url(
    schemes: &'static [&'static str],
    example: &'static str,
) -> impl Fn(&str) -> Result<SecretUrl, String> + Clone + Send + Sync + 'static {
    move |value| {
        let has_host = value.split_once("://").is_some_and(|(scheme, rest)| {
            let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
            schemes.contains(&scheme) && !place.is_empty() && !place.starts_with(['/', '?', '#'])
        });
        if has_host {
            Ok(SecretUrl(SecretString::from(value)))
        } else {
            Err(format!("it must be a URL such as {example}"))
        }
    }
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
            ("amqps://app:hun/t@er2@mq/v?password=hunter2", "amqps://app:***@mq/v"),
            ("amqp://app:hun?t#er2@mq", "amqp://app:***@mq"),
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
        for url in ["mysql://u:hunter2@h", "mq:5672", "", "amqp://", "amqp://u:hunter2@/v"] {
            assert_eq!(
                amqp(url).unwrap_err(),
                "it must be a URL such as amqp://user:password@localhost:5672",
                "{url:?}"
            );
        }
    }
}
