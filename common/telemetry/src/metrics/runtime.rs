//! What every process reports of itself: version, operating system process, Tokio runtime.

use tokio::runtime::{Handle, RuntimeMetrics};

use super::{Metrics, MetricsError};
use crate::log_queue;

impl Metrics {
    /// The metrics that every process has: `registrar_build_info`,
    /// `registrar_log_lines_dropped_total`, `process_*` (on Linux) and `tokio_*` of `runtime`.
    pub fn register_process_info(
        service: &str,
        version: &str,
        runtime: &Handle,
    ) -> Result<Self, MetricsError> {
        let metrics = Self::new();
        metrics
            .gauges(
                "registrar_build_info",
                "Which build runs; always 1.",
                &[("service", &[service]), ("version", &[version])],
            )?
            .with_label_values(&[service, version])
            .set(1);
        metrics.read_counter(
            "registrar_log_lines_dropped_total",
            "Log lines that stdout did not take in time, or at all.",
            log_queue::dropped_lines,
        )?;
        #[cfg(target_os = "linux")]
        metrics.register_process()?;
        metrics.read_runtime(runtime)?;
        Ok(metrics)
    }

    fn read_runtime(&self, runtime: &Handle) -> Result<(), MetricsError> {
        let gauge = |name, help, read: fn(&RuntimeMetrics) -> usize| {
            let runtime = runtime.metrics();
            // A count of tasks does not reach the 32 bits that a float surely holds.
            let read = move || u32::try_from(read(&runtime)).unwrap_or(u32::MAX).into();
            self.read_gauge(name, help, &[], read)
        };
        gauge("tokio_workers", "Worker threads.", RuntimeMetrics::num_workers)?;
        gauge("tokio_alive_tasks", "Tasks not ended yet.", RuntimeMetrics::num_alive_tasks)?;
        gauge(
            "tokio_global_queue_depth",
            "Tasks that wait for any worker thread.",
            RuntimeMetrics::global_queue_depth,
        )
    }
}
