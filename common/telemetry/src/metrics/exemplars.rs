//! For each bucket of a distribution, the last trace that it counted.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::propagation::TraceId;

/// The exemplars of one distribution. Memory is bounded by its series.
#[derive(Debug)]
pub(super) struct Exemplars {
    labels: Vec<String>,
    bounds: Vec<f64>,
    /// By the values of the labels, in their order.
    series: Mutex<BTreeMap<Vec<String>, SeriesExemplars>>,
}

/// One for each bound, and one beyond them all.
pub(super) type SeriesExemplars = Vec<Option<Exemplar>>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Exemplar {
    pub(super) trace: TraceId,
    pub(super) value: f64,
    pub(super) at: SystemTime,
}

impl Exemplars {
    pub(super) fn new(labels: &[&str], bounds: &[f64]) -> Self {
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        Self { labels, bounds: bounds.to_vec(), series: Mutex::default() }
    }

    pub(super) fn note(&self, labels: &[impl AsRef<str>], value: f64, trace: TraceId) {
        let exemplar = Exemplar { trace, value, at: SystemTime::now() };
        let bucket = self.bounds.partition_point(|bound| *bound < value);
        let labels = labels.iter().map(|label| label.as_ref().to_owned()).collect();
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let series = all.entry(labels).or_insert_with(|| vec![None; self.bounds.len() + 1]);
        if let Some(last) = series.get_mut(bucket) {
            *last = Some(exemplar);
        }
    }

    /// Those of the series whose labels have the values that `value_of` gives.
    pub(super) fn of_series<'a>(
        &self,
        value_of: impl Fn(&str) -> Option<&'a str>,
    ) -> SeriesExemplars {
        let values = self.labels.iter().map(|label| value_of(label).map(str::to_owned));
        let all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let values = values.collect::<Option<Vec<_>>>();
        values.and_then(|values| all.get(&values).cloned()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u128) -> TraceId {
        TraceId::from(number)
    }

    fn noted(exemplars: &Exemplars, lane: &str) -> Vec<Option<(TraceId, f64)>> {
        let found = exemplars.of_series(|label| (label == "lane").then_some(lane));
        found.iter().map(|one| one.map(|one| (one.trace, one.value))).collect()
    }

    #[test]
    fn each_bucket_of_each_series_has_the_last_trace_that_it_counted() {
        let exemplars = Exemplars::new(&["lane"], &[1.0, 2.0]);
        for (lane, value, number) in [
            ("bulk", 0.5, 1),
            ("bulk", 1.0, 2),
            ("bulk", 1.5, 3),
            ("bulk", 9.0, 4),
            ("interactive", 2.0, 5),
        ] {
            exemplars.note(&[lane], value, trace(number));
        }
        let expected = [(2, 1.0), (3, 1.5), (4, 9.0)].map(|(it, value)| Some((trace(it), value)));
        assert_eq!(noted(&exemplars, "bulk"), expected);
        assert_eq!(noted(&exemplars, "interactive"), [None, Some((trace(5), 2.0)), None]);
        assert_eq!(noted(&exemplars, "unknown"), []);
    }
}
