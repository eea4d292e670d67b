//! What the processes tell about themselves: traces, metrics and logs.
//!
//! - Logs: [`tracing`] events, as JSON lines on stdout with `trace_id` and `span_id`
//!   taken from the span they were made in. Log inside the span (`span.in_scope`, `.instrument`).
//!   A thread of its own writes them; [`flush_log`] waits for it before a process ends.
//! - Traces: [`tracing`] spans, by OTLP to a collector when one is configured. Ids
//!   exist either way. [`propagation`] carries them across the queue.
//! - Metrics: [`metrics::Metrics`], scraped from the [`operations`] server.
//!
//! Telemetry never slows or fails the work: queues to the collector and to stdout are bounded and
//! drop.

mod export;
mod filter;
mod init;
mod log_queue;
mod logging;
pub mod metrics;
pub mod operations;
mod outage;
mod panics;
pub mod propagation;
mod provider;
mod settings;

pub use init::{Telemetry, TelemetryError, init, init_silent};
pub use log_queue::flush_log;
pub use settings::{LogFilter, LogFormat, TelemetrySettings};
