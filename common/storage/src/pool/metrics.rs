//! What SREs watch of a process's way to MySQL.

use std::time::Duration;

use registrar_telemetry::metrics::{Histogram, IntCounterVec, Metrics, MetricsError, buckets};
use registrar_telemetry::propagation;

use super::{Pool, PoolConnections};
use crate::error::{ErrorClass, Failure, classify};

/// The `code` of errors that are not the server's answer.
const NO_CODE: &str = "none";

pub(crate) struct PoolMetrics {
    acquire: Histogram,
    errors: IntCounterVec,
}

impl PoolMetrics {
    pub(crate) fn register(metrics: &Metrics, pool: &Pool) -> Result<Self, MetricsError> {
        for state in ["in_use", "idle"] {
            let pool = pool.clone();
            let read = move || {
                let PoolConnections { in_use, idle } = pool.connections();
                let count = if state == "idle" { idle } else { in_use };
                // A pool has at most 2^32 connections, and a float holds that exactly.
                u32::try_from(count).unwrap_or(u32::MAX).into()
            };
            let labels = [("state", state)];
            metrics.read_gauge("db_pool_connections", "Connections to MySQL.", &labels, read)?;
        }
        let most = pool.settings.connections;
        metrics.read_gauge(
            "db_pool_connections_max",
            "The most connections to MySQL that may be open at once.",
            &[],
            move || most.into(),
        )?;
        let errors = metrics.counters(
            "db_errors_total",
            "Errors from MySQL or the way to it, by number and class.",
            &[("code", &[]), ("class", &[])],
        )?;
        for class in [ErrorClass::Transient, ErrorClass::System] {
            errors.with_label_values(&[NO_CODE, class.as_str()]);
        }
        for (number, class) in classify::known() {
            errors.with_label_values(&[number.to_string().as_str(), class.as_str()]);
        }
        let acquire = metrics.histogram(
            "db_pool_acquire_seconds",
            "Waiting for a connection to MySQL.",
            &buckets::FAST,
        )?;
        Ok(Self { acquire, errors })
    }

    pub(crate) fn acquired_after(&self, time: Duration) {
        self.acquire.observe(time.as_secs_f64(), propagation::current_recorded_trace());
    }

    /// What is said of a row is its outcome and no error.
    pub(crate) fn failed(&self, failure: &Failure) {
        let Some(class) = failure.kind.class() else { return };
        let code = failure.code.map_or_else(|| NO_CODE.to_owned(), |code| code.to_string());
        self.errors.with_label_values(&[code.as_str(), class.as_str()]).inc();
    }
}
