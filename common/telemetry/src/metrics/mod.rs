//! Metrics for Prometheus.
//!
//! Each process has one [`Metrics`]; each part of it registers its own at the start and keeps what
//! it got. Labels never carry ids, and every label value that is known beforehand is there from
//! the start, with zero: a rate over a series that appears with its first event misses that event.

pub mod buckets;
mod exemplars;
mod histogram;
mod open_metrics;
mod read;
mod registry;
mod runtime;

pub use histogram::{Histogram, Histograms};
pub use registry::{Labels, Metrics, MetricsError};

pub use prometheus::{IntCounter, IntCounterVec, IntGauge, IntGaugeVec};
