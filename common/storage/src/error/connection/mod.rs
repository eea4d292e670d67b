//! What an error that is not the server's answer means, and what to do about it.

use std::borrow::Cow;
use std::io;

use super::classify::Kind;

/// What went wrong on the way to the server, or in the driver.
#[derive(Debug)]
pub(crate) struct ConnectionError {
    pub(crate) kind: Kind,
    pub(crate) name: &'static str,
    /// A sentence for operators.
    pub(crate) advice: Cow<'static, str>,
}

/// How sqlx says which plugin it lacks.
const UNKNOWN_PLUGIN: &str = "unknown authentication plugin: ";
/// How sqlx says that it sends no password as it is, which LDAP and PAM want.
const NO_CLEARTEXT: &str = "mysql_cleartext_plugin disabled";
const CLEARTEXT: &str = "mysql_clear_password";
/// The beginning of how sqlx says that it cannot encrypt a password without TLS.
const NO_RSA: &str = "RSA auth backend disabled";

impl From<&sqlx::Error> for ConnectionError {
    fn from(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(error) => from_io(error),
            sqlx::Error::Tls(_) => tls(),
            sqlx::Error::Protocol(what) => from_protocol(what),
            sqlx::Error::PoolTimedOut => new(Kind::Transient, "no_connection", UNREACHABLE),
            sqlx::Error::PoolClosed => new(Kind::Transient, "pool_closed", ENDING),
            sqlx::Error::WorkerCrashed => new(Kind::Transient, "worker_crashed", ENDING),
            sqlx::Error::BeginFailed => new(
                Kind::Transient,
                "begin_failed",
                "MySQL did not begin a transaction: see its error log, if this goes on.",
            ),
            sqlx::Error::Configuration(what) if what.to_string().starts_with(NO_RSA) => new(
                Kind::System,
                "login_needs_tls",
                "The user in DATABASE_URL logs in by caching_sha2_password, which needs TLS: switch \
                 TLS on in MySQL, and remove ssl-mode=DISABLED from DATABASE_URL.",
            ),
            sqlx::Error::Configuration(_) => new(
                Kind::System,
                "configuration",
                "DATABASE_URL cannot be used: see its ssl-* parameters.",
            ),
            // The tables do not have the columns or types that this version reads.
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::Decode(_) => new(
                Kind::System,
                "unexpected_row",
                "The tables are not those of this version: run `registrar migrate`.",
            ),
            _ => new(
                Kind::System,
                "driver",
                "The MySQL driver failed in a way that should not happen: please report it.",
            ),
        }
    }
}

const UNREACHABLE: &str =
    "MySQL cannot be reached: see whether it runs and whether DATABASE_URL is right.";
const ENDING: &str = "This process is ending: start it again, if that was not intended.";

fn from_io(error: &io::Error) -> ConnectionError {
    match error.kind() {
        io::ErrorKind::NotFound => new(
            Kind::Transient,
            "file_not_found",
            "There is no file for something that DATABASE_URL names: see its socket, ssl-ca, \
             ssl-cert and ssl-key, and whether MySQL runs.",
        ),
        io::ErrorKind::PermissionDenied => new(
            Kind::Transient,
            "file_not_readable",
            "A file that DATABASE_URL names may not be read: see the rights of its socket, ssl-ca, \
             ssl-cert and ssl-key.",
        ),
        // rustls says it so.
        io::ErrorKind::InvalidData => tls(),
        _ => new(Kind::Transient, "io", UNREACHABLE),
    }
}

fn tls() -> ConnectionError {
    new(
        Kind::Transient,
        "tls",
        "There is no TLS with MySQL: see whether it is on there, the ssl-* parameters of \
         DATABASE_URL, and whether MySQL's certificate is valid for the host in it.",
    )
}

fn from_protocol(what: &str) -> ConnectionError {
    let plugin = if what.starts_with(NO_CLEARTEXT) {
        Some(CLEARTEXT)
    } else {
        // What follows is a place in sqlx.
        what.strip_prefix(UNKNOWN_PLUGIN).and_then(|rest| rest.split_whitespace().next())
    };
    let Some(plugin) = plugin.filter(|plugin| is_name(plugin)) else {
        return new(
            Kind::Transient,
            "protocol",
            "What answers does not speak as MySQL does: see whether host and port in DATABASE_URL \
             are right.",
        );
    };
    new(
        Kind::System,
        "login_plugin",
        format!(
            "The user in DATABASE_URL logs in by {plugin}, which is not supported: choose \
             caching_sha2_password (MySQL) or mysql_native_password (MariaDB) with ALTER USER."
        ),
    )
}

fn is_name(plugin: &str) -> bool {
    plugin.len() <= 64
        && plugin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

fn new(kind: Kind, name: &'static str, advice: impl Into<Cow<'static, str>>) -> ConnectionError {
    ConnectionError { kind, name, advice: advice.into() }
}

#[cfg(test)]
mod logins;

#[cfg(test)]
mod tests {
    use sqlx::Error;

    use super::*;

    fn io(kind: io::ErrorKind) -> Error {
        Error::Io(io::Error::from(kind))
    }

    #[test]
    fn every_failure_of_the_connection_has_its_kind_and_says_what_to_do() {
        for (error, kind, name) in [
            (io(io::ErrorKind::BrokenPipe), Kind::Transient, "io"),
            (io(io::ErrorKind::NotFound), Kind::Transient, "file_not_found"),
            (io(io::ErrorKind::PermissionDenied), Kind::Transient, "file_not_readable"),
            (io(io::ErrorKind::InvalidData), Kind::Transient, "tls"),
            (Error::Tls("server does not support TLS".into()), Kind::Transient, "tls"),
            (Error::Protocol("cut off".to_owned()), Kind::Transient, "protocol"),
            (Error::PoolTimedOut, Kind::Transient, "no_connection"),
            (Error::PoolClosed, Kind::Transient, "pool_closed"),
            (Error::WorkerCrashed, Kind::Transient, "worker_crashed"),
            (Error::BeginFailed, Kind::Transient, "begin_failed"),
            (Error::Configuration("no".into()), Kind::System, "configuration"),
            (Error::ColumnNotFound("code".to_owned()), Kind::System, "unexpected_row"),
            (Error::Decode("not a number".into()), Kind::System, "unexpected_row"),
            (Error::Encode("too long".into()), Kind::System, "driver"),
            (Error::RowNotFound, Kind::System, "driver"),
        ] {
            let meant = ConnectionError::from(&error);
            assert_eq!((meant.kind, meant.name), (kind, name), "{error}");
            assert!(meant.advice.contains(": ") && meant.advice.ends_with('.'), "{}", meant.advice);
        }
    }

    #[test]
    fn a_login_that_is_not_supported_is_named_but_nothing_else_that_a_server_says() {
        for (what, plugin) in [
            (
                "unknown authentication plugin: client_ed25519 (sqlx_mysql::auth:31)",
                "client_ed25519",
            ),
            ("unknown authentication plugin: parsec (sqlx_mysql::auth:31)", "parsec"),
            ("mysql_cleartext_plugin disabled (sqlx_mysql::connect:33)", "mysql_clear_password"),
        ] {
            let meant = ConnectionError::from(&Error::Protocol(what.to_owned()));
            assert_eq!((meant.kind, meant.name), (Kind::System, "login_plugin"));
            let sentence = format!("The user in DATABASE_URL logs in by {plugin}, which");
            assert!(meant.advice.starts_with(&sentence), "{}", meant.advice);
        }
        for what in ["unknown authentication plugin: <b>", "unknown authentication plugin: "] {
            assert_eq!(ConnectionError::from(&Error::Protocol(what.to_owned())).name, "protocol");
        }
    }

    #[test]
    fn a_login_that_needs_tls_says_so() {
        let refusal = "RSA auth backend disabled; enable feature `mysql-rsa` or use TLS.";
        let meant = ConnectionError::from(&Error::Configuration(refusal.into()));
        assert_eq!((meant.kind, meant.name), (Kind::System, "login_needs_tls"));
        assert!(meant.advice.contains("needs TLS"), "{}", meant.advice);
    }
}
