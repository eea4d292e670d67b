//! The settings of the API.

use std::net::SocketAddr;
use std::time::Duration;

use axum::http::HeaderValue;
use clap::Parser;
use ipnet::IpNet;
use registrar_messaging::{MessagingSettings, PublishSettings};
use registrar_runtime::config;
use registrar_runtime::config::SecretList;
use registrar_runtime::lifecycle::HEALTHCHECK;
use registrar_storage::DatabaseSettings;
use registrar_telemetry::TelemetrySettings;
use secrecy::SecretString;

use crate::http::{network, origin};
use crate::limits::Limits;
use crate::pages::Pages;

/// The variable with the address to listen on, for messages that say what to change.
pub const ADDRESS_VARIABLE: &str = "REGISTRAR_API_ADDRESS";

/// Where it listens by default.
const ADDRESS: &str = "0.0.0.0:5000";

/// `registrar-api healthcheck`: Exit code 0 when the API of this address can take registrations, 1 when not
#[derive(Clone, Debug, Parser)]
#[command(name = "registrar-api", version)]
pub struct Healthcheck {
    /// The word itself
    #[arg(value_parser = [HEALTHCHECK], hide = true)]
    pub command: String,
    /// Where the API listens
    #[arg(long, env = ADDRESS_VARIABLE, default_value = ADDRESS, value_parser = config::address(5000))]
    pub address: SocketAddr,
}

/// The settings of the API.
#[derive(Clone, Debug, Parser)]
#[command(name = "registrar-api", version, about)]
pub struct Settings {
    /// Where to listen: an address or a name with a port, or a port alone for all interfaces; port 0
    /// takes any that is free
    #[arg(long, env = ADDRESS_VARIABLE, default_value = ADDRESS,
        value_parser = config::address(5000))]
    pub address: SocketAddr,
    /// Where to listen for Prometheus, in the same forms
    #[arg(long, env = "REGISTRAR_METRICS_ADDRESS", default_value = "0.0.0.0:9100",
        value_parser = config::address(9100))]
    pub metrics_address: SocketAddr,
    /// Makes ids from idempotency keys. The same on every instance, and never changed
    #[arg(long, env = "REGISTRAR_DERIVATION_SECRET", value_parser = config::secret)]
    pub derivation_secret: SecretString,
    /// Seal references: the first seals, all of them open. The same on every instance
    #[arg(long, env = "REGISTRAR_SEALING_SECRETS", value_parser = config::secret_list)]
    pub sealing_secrets: SecretList,
    /// Origins whose pages may call the API, as browsers send them, separated by commas; none by
    /// default
    #[arg(long, env = "REGISTRAR_CORS_ORIGINS", value_delimiter = ',', value_parser = origin)]
    pub cors_origins: Vec<HeaderValue>,
    /// Proxies that are trusted to name the client's address (`X-Forwarded-For`) and the trace that a
    /// request is part of (`traceparent`), separated by commas
    #[arg(long, env = "REGISTRAR_TRUSTED_PROXIES", value_delimiter = ',',
        value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// The folder with the templates of the web pages, for who would rather have pages than JSON;
    /// without it, there is only JSON
    #[arg(long, env = "REGISTRAR_PAGES", value_name = "FOLDER", value_parser = Pages::load)]
    pub pages: Option<Pages>,
    /// How long a stopping instance still takes connections while /readyz says 503, so that load
    /// balancers leave it before its port closes
    #[arg(long, env = "REGISTRAR_DRAIN_DELAY", default_value = "5s",
        value_parser = config::duration)]
    pub drain_delay: Duration,
    /// Limits
    #[command(flatten)]
    pub limits: Limits,
    /// RabbitMQ
    #[command(flatten)]
    pub messaging: MessagingSettings,
    /// Publishing
    #[command(flatten)]
    pub publishing: PublishSettings,
    /// MySQL
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// Telemetry
    #[command(flatten)]
    pub telemetry: TelemetrySettings,
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// Settings for servers that do not exist, on ports that are free.
    pub(crate) fn with_nothing_running(flags: &[&str]) -> Settings {
        let usual = [
            "registrar-api",
            "--address=127.0.0.1:0",
            "--metrics-address=127.0.0.1:0",
            "--derivation-secret=a derivation secret of some length",
            "--sealing-secrets=a sealing secret of sufficient length",
            // Port 9 is discard, which never runs.
            "--amqp-url=amqp://guest:guest@127.0.0.1:9",
            "--database-url=mysql://nobody:nothing@127.0.0.1:9/none",
            "--database-connect-timeout=100ms",
        ];
        config::parse_from(usual.iter().chain(flags)).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_separated_by_commas() {
        let settings = testing::with_nothing_running(&[
            "--cors-origins=https://one.example,https://two.example",
            "--trusted-proxies=10.0.0.0/8,::1",
        ]);
        assert_eq!(settings.cors_origins, ["https://one.example", "https://two.example"]);
        assert_eq!(settings.trusted_proxies.len(), 2);
    }

    #[test]
    fn a_wrong_setting_is_reported_in_a_sentence_with_its_variable() {
        let refused = config::parse_from::<Settings>(["registrar-api", "--address=five"]);
        let sentence = refused.unwrap_err().to_string();
        assert!(sentence.contains(ADDRESS_VARIABLE), "{sentence}");
    }

    #[test]
    fn no_secret_is_ever_printed() {
        let printed = format!("{:?}", testing::with_nothing_running(&[]));
        for secret in ["a derivation secret", "a sealing secret", "guest:guest", "nothing@"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }
}
