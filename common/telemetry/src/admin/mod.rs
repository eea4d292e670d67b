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

/// The environment variable with the address of the admin port, which each process declares with its
/// own default.
pub const METRICS_ADDRESS: &str = "REGISTRAR_METRICS_ADDRESS";
