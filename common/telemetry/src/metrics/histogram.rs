//! Distributions, with an exemplar for each bucket: a trace that it counted.

use std::sync::Arc;

use prometheus::HistogramVec;

use super::exemplars::Exemplars;
use crate::propagation::TraceId;

#[derive(Clone, Debug)]
pub struct Histogram {
    counts: prometheus::Histogram,
    labels: Vec<String>,
    exemplars: Arc<Exemplars>,
}

impl Histogram {
    /// Counts a value; of which trace, when that is recorded. Without one it takes no lock.
    pub fn observe(&self, value: f64, trace: Option<TraceId>) {
        self.counts.observe(value);
        if let Some(trace) = trace {
            self.exemplars.note(&self.labels, value, trace);
        }
    }
}

#[derive(Clone, Debug)]
pub struct Histograms {
    counts: HistogramVec,
    exemplars: Arc<Exemplars>,
}

impl Histograms {
    pub(super) fn new(counts: HistogramVec, exemplars: Arc<Exemplars>) -> Self {
        Self { counts, exemplars }
    }

    /// The distribution with these values of labels, which is shown from now on, with nothing
    /// observed yet. To be kept where it is used often: it is found under a lock.
    pub fn with_labels(&self, labels: &[&str]) -> Histogram {
        Histogram {
            counts: self.counts.with_label_values(labels),
            labels: labels.iter().map(|&label| label.to_owned()).collect(),
            exemplars: Arc::clone(&self.exemplars),
        }
    }

    /// As [`Histogram::observe`], for values of labels that are not known before.
    pub fn observe(&self, labels: &[&str], value: f64, trace: Option<TraceId>) {
        self.counts.with_label_values(labels).observe(value);
        if let Some(trace) = trace {
            self.exemplars.note(labels, value, trace);
        }
    }
}
