//! Distributions.

use std::sync::Arc;

use prometheus::HistogramVec;

use super::exemplars::Exemplars;
use crate::propagation::TraceId;

/// A distribution by label, with an exemplar for each bucket: a trace that it counted.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: HistogramVec,
    exemplars: Arc<Exemplars>,
}

impl Histogram {
    pub(super) fn new(counts: HistogramVec, exemplars: Arc<Exemplars>) -> Self {
        Self { counts, exemplars }
    }

    /// Shows the series of these values of labels, with nothing observed yet.
    pub fn start(&self, labels: &[&str]) {
        self.counts.with_label_values(labels);
    }

    /// Counts a value; of which trace, when that is recorded. Without one it takes no lock.
    pub fn observe(&self, labels: &[&str], value: f64, trace: Option<TraceId>) {
        self.counts.with_label_values(labels).observe(value);
        if let Some(trace) = trace {
            self.exemplars.note(labels, value, trace);
        }
    }
}
