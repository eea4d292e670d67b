//! What uploads of files count and time.

use std::time::Duration;

use registrar_telemetry::metrics::{
    Histogram, IntCounter, IntCounterVec, IntGauge, Metrics, MetricsError, buckets,
};
use registrar_telemetry::propagation;

/// How an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadEnd {
    /// The file was read to its end, and its rows were accepted.
    Accepted,
    /// Some of its rows were accepted.
    BrokenOff,
    /// It was a dry run.
    Checked,
    /// Its sender has to change something.
    Refused,
    /// The service is at fault, or a server that it needs.
    Error,
    /// Its client hung up before the answer.
    Abandoned,
}

impl UploadEnd {
    const ALL: [Self; 6] = [
        Self::Accepted,
        Self::BrokenOff,
        Self::Checked,
        Self::Refused,
        Self::Error,
        Self::Abandoned,
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::BrokenOff => "broken_off",
            Self::Checked => "checked",
            Self::Refused => "refused",
            Self::Error => "error",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A cheap handle.
#[derive(Clone, Debug)]
pub struct ImportMetrics {
    ends: IntCounterVec,
    bytes: IntCounter,
    in_progress: IntGauge,
    rows_accepted: IntCounter,
    chunk: Histogram,
}

impl ImportMetrics {
    pub fn register(metrics: &Metrics) -> Result<Self, MetricsError> {
        Ok(Self {
            ends: metrics.counters(
                "registration_imports_total",
                "Uploads of files, by how they ended.",
                &[("end", &UploadEnd::ALL.map(UploadEnd::as_str))],
            )?,
            bytes: metrics.counter(
                "registration_import_bytes_total",
                "Bytes of files that were received, as they were sent.",
            )?,
            in_progress: metrics
                .gauge("registration_imports_in_progress", "Files that are being uploaded.")?,
            rows_accepted: metrics.counter(
                "registration_import_rows_accepted_total",
                "Rows of files, with the invalid ones, whose chunk RabbitMQ confirmed.",
            )?,
            chunk: metrics.histogram(
                "registration_import_chunk_seconds",
                "From a chunk of a file that is read to its confirm by RabbitMQ.",
                &buckets::FAST,
            )?,
        })
    }

    /// An upload has begun.
    pub fn begin(&self) -> UploadInProgress {
        self.in_progress.inc();
        UploadInProgress { metrics: self.clone(), end: UploadEnd::Abandoned }
    }

    pub fn received(&self, bytes: usize) {
        self.bytes.inc_by(bytes as u64);
    }

    /// Times one chunk of so many rows; called in its trace.
    pub fn confirmed_after(&self, took: Duration, rows: u64) {
        self.rows_accepted.inc_by(rows);
        self.chunk.observe(took.as_secs_f64(), propagation::current_recorded_trace());
    }
}

/// An upload that counts once, when it is dropped.
#[derive(Debug)]
pub struct UploadInProgress {
    metrics: ImportMetrics,
    end: UploadEnd,
}

impl UploadInProgress {
    /// It ended in this way, and its client is about to be answered.
    pub fn ended(mut self, end: UploadEnd) {
        self.end = end;
    }
}

impl Drop for UploadInProgress {
    fn drop(&mut self) {
        self.metrics.in_progress.dec();
        self.metrics.ends.with_label_values(&[self.end.as_str()]).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_in_progress_until_its_end_is_counted() {
        let registry = Metrics::new();
        let metrics = ImportMetrics::register(&registry).unwrap();
        let shows = |line: &str| {
            let text = registry.render().unwrap();
            assert!(text.lines().any(|it| it == line), "{line}: {text}");
        };
        for end in UploadEnd::ALL {
            shows(&format!("registration_imports_total{{end=\"{}\"}} 0", end.as_str()));
        }
        let (first, second) = (metrics.begin(), metrics.begin());
        shows("registration_imports_in_progress 2");
        first.ended(UploadEnd::Refused);
        drop(second);
        shows("registration_imports_in_progress 0");
        shows("registration_imports_total{end=\"refused\"} 1");
        shows("registration_imports_total{end=\"abandoned\"} 1");
    }
}
