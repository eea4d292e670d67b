//! What the processes report of themselves: traces, metrics and logs.
//!
//! - Logs: [`tracing`] events, as JSON lines on stdout with `trace_id` and `span_id`
//!   taken from the span they were made in. Log inside the span (`span.in_scope`, `.instrument`).
//!   A thread of its own writes them; [`flush_log`] waits for it before a process ends.
//! - Traces: [`tracing`] spans, by OTLP to a collector when one is configured. Ids
//!   exist either way: [`Root`]. [`propagation`] carries them across the queue.
//! - Metrics: [`metrics::Metrics`], scraped from the [`admin`] server.
//!
//! Telemetry never slows or fails the work: queues to the collector and to stdout are bounded and
//! drop.

pub mod admin;
mod export;
mod filter;
mod http_client;
mod init;
mod key_values;
mod log_queue;
mod logging;
pub mod metrics;
mod opentelemetry_settings;
mod outage;
mod panics;
mod pem;
pub mod propagation;
mod provider;
mod resource;
mod root;
mod settings;
pub mod text;
mod unsupported;

pub use init::{Telemetry, TelemetryError, init, init_silent};
pub use log_queue::flush_log;
pub use opentelemetry_settings::{Exporter, OpenTelemetrySettings, OtlpProtocol, TraceSampler};
pub use root::Root;
pub use settings::{LogFilter, LogFormat, TelemetrySettings};
