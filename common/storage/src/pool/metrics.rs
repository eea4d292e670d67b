//! What SREs watch of a process's way to MySQL.

use std::time::Duration;

use registrar_telemetry::metrics::{
    Histogram, Histograms, IntCounterVec, Metrics, MetricsError, buckets,
};
use registrar_telemetry::propagation;

use super::{Pool, PoolConnections};
use crate::error::{ErrorClass, Failure, classify};

/// The `code` of errors that are not the server's answer.
const NO_CODE: &str = "none";

/// What a process shows of all its pools.
pub struct DatabaseMetrics {
    metrics: Metrics,
    acquire: Histograms,
    errors: IntCounterVec,
}

impl DatabaseMetrics {
    pub fn register(metrics: &Metrics) -> Result<Self, MetricsError> {
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
        let acquire = metrics.histograms(
            "db_pool_acquire_seconds",
            "Waiting for a connection to MySQL.",
            &[("pool", &[])],
            &buckets::FAST,
        )?;
        Ok(Self { metrics: metrics.clone(), acquire, errors })
    }

    pub(super) fn watch(
        &self,
        name: &'static str,
        pool: &Pool,
    ) -> Result<PoolMetrics, MetricsError> {
        for state in ["in_use", "idle"] {
            let pool = pool.clone();
            let read = move || {
                let PoolConnections { in_use, idle } = pool.connections();
                let count = if state == "idle" { idle } else { in_use };
                // A pool has at most 2^32 connections, and a float holds that exactly.
                u32::try_from(count).unwrap_or(u32::MAX).into()
            };
            let labels = [("pool", name), ("state", state)];
            let help = "Connections to MySQL.";
            self.metrics.read_gauge("db_pool_connections", help, &labels, read)?;
        }
        let most = pool.settings.connections;
        self.metrics.read_gauge(
            "db_pool_connections_max",
            "The most connections to MySQL that may be open at once.",
            &[("pool", name)],
            move || most.into(),
        )?;
        Ok(PoolMetrics { acquire: self.acquire.with_labels(&[name]), errors: self.errors.clone() })
    }
}

pub(crate) struct PoolMetrics {
    acquire: Histogram,
    errors: IntCounterVec,
}

impl PoolMetrics {
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
