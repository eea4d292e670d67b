//! The worker's settings.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Parser;
use registrar_messaging::MessagingSettings;
use registrar_runtime::config;
use registrar_runtime::lifecycle::HEALTHCHECK;
use registrar_storage::DatabaseSettings;
use registrar_telemetry::TelemetrySettings;
use registrar_telemetry::admin::METRICS_ADDRESS;

/// Where it serves its admin port by default.
const METRICS: &str = "0.0.0.0:9101";

/// `registrar-worker healthcheck`: Exit code 0 when the worker of this address can work, 1 when not.
#[derive(Clone, Debug, Parser)]
#[command(name = "registrar-worker", version)]
pub struct Healthcheck {
    /// The word itself.
    #[arg(value_parser = [HEALTHCHECK], hide = true)]
    pub command: String,
    /// Where the worker serves `/readyz`.
    #[arg(long, env = METRICS_ADDRESS, default_value = METRICS, value_parser = config::address(9101))]
    pub metrics_address: SocketAddr,
}

/// Stores accepted registrations in MySQL.
#[derive(Clone, Debug, Parser)]
#[command(name = "registrar-worker", version)]
pub struct Settings {
    /// How to reach RabbitMQ.
    #[command(flatten)]
    pub messaging: MessagingSettings,
    /// How to reach MySQL.
    #[command(flatten)]
    pub database: DatabaseSettings,
    /// Where telemetry goes.
    #[command(flatten)]
    pub telemetry: TelemetrySettings,

    /// Where metrics, `/livez` and `/readyz` are served.
    #[arg(long, env = METRICS_ADDRESS, default_value = METRICS,
          value_parser = config::address(9101))]
    pub metrics_address: SocketAddr,

    /// How many batches of the interactive lane are stored at the same time.
    #[arg(long, env = "REGISTRAR_INTERACTIVE_WRITERS", default_value = "2",
          value_parser = config::bounded(1_u16..=64))]
    pub interactive_writers: u16,

    /// How many batches of the bulk lane are stored at the same time.
    #[arg(long, env = "REGISTRAR_BULK_WRITERS", default_value = "1",
          value_parser = config::bounded(1_u16..=64))]
    pub bulk_writers: u16,

    /// The most registrations in one batch; in one of the bulk lane four times as many.
    #[arg(long, env = "REGISTRAR_BATCH_ROWS", default_value = "512",
          value_parser = config::bounded(1_u16..=512))]
    pub batch_rows: u16,

    /// How long the first registration of a batch waits for others, but for the bulk lane.
    #[arg(long, env = "REGISTRAR_BATCH_LINGER", default_value = "10ms",
          value_parser = config::duration)]
    pub batch_linger: Duration,

    /// How long a batch is retried while MySQL does not take it, before its messages go back to
    /// RabbitMQ, or one of them goes on hold whose row alone stays locked; well under RabbitMQ's
    /// consumer timeout of 30 minutes.
    #[arg(long, env = "REGISTRAR_REQUEUE_AFTER", default_value = "5m",
          value_parser = config::duration)]
    pub requeue_after: Duration,

    /// How long a stop waits for batches in hand before it leaves them to redelivery.
    #[arg(long, env = "REGISTRAR_SHUTDOWN_TIMEOUT", default_value = "20s",
          value_parser = config::duration)]
    pub shutdown_timeout: Duration,
}
