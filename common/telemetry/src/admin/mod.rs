//! The admin port: what Prometheus scrapes and orchestrators probe.
//!
//! `GET /metrics` always; `GET /livez` and `GET /readyz` when the process has no other port to
//! answer them on. Not for the public: nothing here is authenticated.

mod format;
mod health;
mod server;

pub use health::{Health, Probe};
pub use registrar_runtime::lifecycle::ListenError;
pub use server::{Admin, AdminServer};

/// The environment variable with the address of the admin port. Each process declares it
/// with its own default:
///
/// ```
/// # use std::net::SocketAddr;
/// # use registrar_runtime::config;
/// # use registrar_telemetry::admin;
/// #[derive(clap::Parser)]
/// struct Settings {
///     /// Where metrics are served.
///     #[arg(
///         long,
///         env = admin::METRICS_ADDRESS,
///         default_value = "0.0.0.0:9101",
///         value_parser = config::address(9101)
///     )]
///     metrics_address: SocketAddr,
/// }
/// ```
pub const METRICS_ADDRESS: &str = "REGISTRAR_METRICS_ADDRESS";
