mod url_parameters;

use std::fmt;
use std::time::Duration;

use clap::Args;
use registrar_runtime::config;
use sqlx::ConnectOptions as _;
use sqlx::mysql::MySqlConnectOptions;

/// Which database, and how long to wait for it.
#[derive(Args, Clone, Debug)]
pub struct DatabaseSettings {
    /// The MySQL or MariaDB database, as `mysql://user:password@host:3306/database`.
    ///
    /// TLS is used when the server offers it; `?ssl-mode=VERIFY_IDENTITY&ssl-ca=…` insists. Other
    /// parameters are `ssl-cert`, `ssl-key`, `socket`, `charset`, `collation` and `time-zone`; any that is
    /// not known is refused.
    #[arg(
        id = "database_url",
        long = "database-url",
        env = "DATABASE_URL",
        hide_env_values = true
    )]
    #[arg(value_parser = DatabaseUrl::parse)]
    pub url: DatabaseUrl,

    /// The most connections to MySQL.
    #[arg(id = "database_connections", long = "database-connections")]
    #[arg(env = "REGISTRAR_DATABASE_CONNECTIONS", default_value_t = 10)]
    #[arg(value_parser = config::bounded(1_u32..=1_000))]
    pub connections: u32,

    /// How long to wait for a connection, whether a free or a new one.
    #[arg(id = "database_connect_timeout", long = "database-connect-timeout")]
    #[arg(env = "REGISTRAR_DATABASE_CONNECT_TIMEOUT", default_value = "5s")]
    #[arg(value_parser = config::duration)]
    pub connect_timeout: Duration,

    /// How long to wait for a statement; more than the second that MySQL waits for a lock.
    #[arg(id = "database_statement_timeout", long = "database-statement-timeout")]
    #[arg(env = "REGISTRAR_DATABASE_STATEMENT_TIMEOUT", default_value = "10s")]
    #[arg(value_parser = config::duration)]
    pub statement_timeout: Duration,
}

impl DatabaseSettings {
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            connections: 10,
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(10),
        }
    }
}

/// Where a database is and how to log in. `Debug` hides the password.
#[derive(Clone)]
pub struct DatabaseUrl(MySqlConnectOptions);

impl DatabaseUrl {
    /// Reads a URL like `mysql://user:password@host:3306/database`.
    ///
    /// # Errors
    /// The rest of the sentence "`DATABASE_URL` is not usable: …", without the value.
    pub fn parse(url: &str) -> Result<Self, String> {
        let wrong = "it must be a URL such as mysql://user:password@localhost:3306/registrar, \
                     special characters of the password written as %40 and the like";
        let url = url.trim();
        let has_scheme = url.starts_with("mysql://") || url.starts_with("mariadb://");
        if !has_scheme || !config::has_escaped_credentials(url) {
            return Err(wrong.to_owned());
        }
        url_parameters::check(url)?;
        let options: MySqlConnectOptions = url.parse().map_err(|_| wrong.to_owned())?;
        if options.get_database().is_none() {
            return Err("it must name the database after the host and the port, as in \
                        mysql://user:password@localhost:3306/registrar"
                .to_owned());
        }
        // sqlx would log every statement.
        Ok(Self(without_brackets(options).disable_statement_logging()))
    }

    pub(crate) fn options(&self) -> &MySqlConnectOptions {
        &self.0
    }

    pub(crate) fn database(&self) -> &str {
        self.0.get_database().unwrap_or_default()
    }

    /// The host or, when it is used instead, the socket's path.
    pub(crate) fn server_address(&self) -> String {
        match self.0.get_socket() {
            Some(path) => path.display().to_string(),
            None => self.0.get_host().to_owned(),
        }
    }

    /// `None` with a socket.
    pub(crate) fn server_port(&self) -> Option<u16> {
        self.0.get_socket().is_none().then(|| self.0.get_port())
    }
}

/// An IPv6 address is in brackets in a URL, and nowhere else; sqlx 0.9.0 asks the resolver for it
/// with them, as it would for a name.
fn without_brackets(options: MySqlConnectOptions) -> MySqlConnectOptions {
    let host = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    match host.map(str::to_owned) {
        Some(host) => options.host(&host),
        None => options,
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({}/{})", self.server_address(), self.database())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_hides_the_password() {
        let url = DatabaseUrl::parse("mysql://me:hunter%402@db.example:3307/registrar").unwrap();
        assert_eq!(url.database(), "registrar");
        assert_eq!(
            (url.server_address(), url.server_port()),
            ("db.example".to_owned(), Some(3307))
        );
        assert_eq!(format!("{url:?}"), "DatabaseUrl(db.example/registrar)");
    }

    #[test]
    fn a_refused_url_names_its_variable_and_hides_its_value() {
        #[derive(Debug, clap::Parser)]
        struct Settings {
            #[command(flatten)]
            database: DatabaseSettings,
        }
        let refused = |flag: &str| match config::parse_from::<Settings>(["registrar", flag]) {
            Err(refused) => refused.to_string(),
            Ok(settings) => panic!("{settings:?}"),
        };
        let sentence = refused("--database-url=mysql://me:hunter2@localhost");
        assert!(sentence.starts_with("DATABASE_URL is not usable: it must name"), "{sentence}");
        assert!(!sentence.contains("hunter2"));
        let url = "--database-url=mysql://me:hunter2@localhost/registrar";
        let settings: Settings = config::parse_from(["registrar", url]).unwrap();
        assert_eq!(settings.database.statement_timeout, Duration::from_secs(10));
    }

    #[test]
    fn an_ipv6_address_has_no_brackets_but_in_the_url() {
        for host in ["::1", "2001:db8::1", "::ffff:192.0.2.1"] {
            let url = DatabaseUrl::parse(&format!("mysql://me@[{host}]:3307/registrar")).unwrap();
            let address: std::net::IpAddr = url.server_address().parse().unwrap();
            assert_eq!((address, url.server_port()), (host.parse().unwrap(), Some(3307)));
        }
    }

    #[test]
    fn a_socket_is_an_address_without_a_port() {
        let url = DatabaseUrl::parse("mysql://me@localhost/registrar?socket=/run/db.sock").unwrap();
        assert_eq!((url.server_address(), url.server_port()), ("/run/db.sock".to_owned(), None));
    }

    #[test]
    fn a_url_without_a_database_is_refused_by_saying_where_it_belongs() {
        for url in [
            "mysql://me:hunter2@localhost",
            "mysql://me:hunter2@localhost:3306/",
            "mysql://me:hunter2@localhost?socket=/run/db.sock",
        ] {
            let refusal = DatabaseUrl::parse(url).unwrap_err();
            assert!(refusal.starts_with("it must name the database after the host"), "{refusal}");
            assert!(!refusal.contains("hunter2"));
        }
    }

    #[test]
    fn a_url_of_another_form_is_refused_without_showing_it() {
        for url in [
            "",
            "localhost",
            "postgres://me:hunter2@localhost/registrar",
            "mysql://me:hunter2@localhost:port/registrar",
        ] {
            let refusal = DatabaseUrl::parse(url).unwrap_err();
            assert!(refusal.starts_with("it must be a URL such as"), "{url}: {refusal}");
            assert!(!refusal.contains("hunter2"));
        }
    }
}
