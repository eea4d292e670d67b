//! The metrics of one process.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::Collector;
use prometheus::{
    Gauge, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use super::exemplars::Exemplars;
use super::histogram::{Histogram, Histograms};
use super::open_metrics;
use super::open_metrics::ExemplarsByName;
use super::read::Read;

/// Labels and their values. With no values for some label nothing is there from the start, which
/// is right only when they cannot be known beforehand, as with error codes.
pub type Labels<'a> = [(&'a str, &'a [&'a str])];

/// All metrics of one process. Clones share them. Not global, so that tests can have many.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    registry: Registry,
    exemplars: Arc<Mutex<ExemplarsByName>>,
}

/// A metric that cannot be registered or rendered: a mistake in the program, such as a bad name
/// or the same name twice.
#[derive(Debug, thiserror::Error)]
#[error("the metric {name:?} cannot be used: {source}")]
pub struct MetricsError {
    name: String,
    source: prometheus::Error,
}

type Result<T> = std::result::Result<T, MetricsError>;

impl Metrics {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn counter(&self, name: &str, help: &str) -> Result<IntCounter> {
        self.keep(name, IntCounter::new(name, help))
    }

    pub fn counters(&self, name: &str, help: &str, labels: &Labels<'_>) -> Result<IntCounterVec> {
        let counters =
            self.keep(name, IntCounterVec::new(Opts::new(name, help), &names(labels)))?;
        for values in combinations(labels) {
            counters.with_label_values(&values);
        }
        Ok(counters)
    }

    pub fn gauge(&self, name: &str, help: &str) -> Result<IntGauge> {
        self.keep(name, IntGauge::new(name, help))
    }

    pub fn gauges(&self, name: &str, help: &str, labels: &Labels<'_>) -> Result<IntGaugeVec> {
        let gauges = self.keep(name, IntGaugeVec::new(Opts::new(name, help), &names(labels)))?;
        for values in combinations(labels) {
            gauges.with_label_values(&values);
        }
        Ok(gauges)
    }

    /// Registers a level that `read` returns at each scrape. `read` must not block.
    pub fn read_gauge(
        &self,
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        read: impl Fn() -> f64 + Clone + Send + Sync + 'static,
    ) -> Result<()> {
        let options = labels.iter().fold(Opts::new(name, help), |options, (label, value)| {
            options.const_label(*label, *value)
        });
        let update = move |gauge: &Gauge| gauge.set(read());
        let gauge = Gauge::with_opts(options).map(|gauge| Read::new(gauge, update));
        self.keep(name, gauge).map(drop)
    }

    /// Registers a count of events that `read` returns at each scrape. `read` must not block.
    pub fn read_counter(
        &self,
        name: &str,
        help: &str,
        read: impl Fn() -> u64 + Clone + Send + Sync + 'static,
    ) -> Result<()> {
        let update = move |counter: &IntCounter| {
            counter.inc_by(read().saturating_sub(counter.get()));
        };
        let counter = IntCounter::new(name, help).map(|counter| Read::new(counter, update));
        self.keep(name, counter).map(drop)
    }

    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Result<Histogram> {
        Ok(self.histograms(name, help, &[], buckets)?.with_labels(&[]))
    }

    pub fn histograms(
        &self,
        name: &str,
        help: &str,
        labels: &Labels<'_>,
        buckets: &[f64],
    ) -> Result<Histograms> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        let counts = self.keep(name, HistogramVec::new(options, &names(labels)))?;
        let exemplars = Arc::new(Exemplars::new(&names(labels), buckets));
        let mut all = self.exemplars.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(name.to_owned(), Arc::clone(&exemplars));
        let histograms = Histograms::new(counts, exemplars);
        for values in combinations(labels) {
            histograms.with_labels(&values);
        }
        Ok(histograms)
    }

    /// Everything in `OpenMetrics` 1.0, with exemplars.
    pub fn render_open_metrics(&self) -> String {
        let exemplars = self.exemplars.lock().unwrap_or_else(PoisonError::into_inner).clone();
        open_metrics::write(&self.registry.gather(), &exemplars)
    }

    /// Everything in Prometheus' text format 0.0.4, which has no exemplars.
    pub fn render(&self) -> Result<String> {
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|source| MetricsError { name: "(any)".to_owned(), source })
    }

    pub(super) fn keep<C>(&self, name: &str, made: prometheus::Result<C>) -> Result<C>
    where
        C: Collector + Clone + 'static,
    {
        made.and_then(|collector| {
            self.registry.register(Box::new(collector.clone()))?;
            Ok(collector)
        })
        .map_err(|source| MetricsError { name: name.to_owned(), source })
    }

    #[cfg(target_os = "linux")]
    pub(super) fn register_process(&self) -> Result<()> {
        let process = prometheus::process_collector::ProcessCollector::for_self();
        self.registry
            .register(Box::new(process))
            .map_err(|source| MetricsError { name: "process_*".to_owned(), source })
    }
}

fn names<'a>(labels: &Labels<'a>) -> Vec<&'a str> {
    labels.iter().map(|(name, _)| *name).collect()
}

/// Every choice of one value for each label.
fn combinations<'a>(labels: &Labels<'a>) -> Vec<Vec<&'a str>> {
    labels.iter().fold(vec![vec![]], |chosen, (_, values)| {
        chosen
            .iter()
            .flat_map(|before| {
                values.iter().map(move |value| [before.as_slice(), &[value]].concat())
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::buckets;
    use super::*;

    #[test]
    fn every_known_label_value_is_there_with_zero_from_the_start() {
        let metrics = Metrics::new();
        metrics
            .counters(
                "outcomes_total",
                "By outcome.",
                &[("lane", &["interactive", "bulk"]), ("outcome", &["registered", "rejected"])],
            )
            .unwrap();
        metrics.counter("returns_total", "Returned.").unwrap();
        metrics.gauges("paused", "Paused.", &[("lane", &["bulk"])]).unwrap();
        metrics
            .histograms("wait_seconds", "Waited.", &[("lane", &["bulk"])], &buckets::FAST)
            .unwrap();
        let text = metrics.render().unwrap();
        for line in [
            "outcomes_total{lane=\"interactive\",outcome=\"registered\"} 0",
            "outcomes_total{lane=\"interactive\",outcome=\"rejected\"} 0",
            "outcomes_total{lane=\"bulk\",outcome=\"registered\"} 0",
            "outcomes_total{lane=\"bulk\",outcome=\"rejected\"} 0",
            "returns_total 0",
            "paused{lane=\"bulk\"} 0",
            "wait_seconds_bucket{lane=\"bulk\",le=\"0.0005\"} 0",
            "wait_seconds_count{lane=\"bulk\"} 0",
            "# HELP outcomes_total By outcome.",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is not in:\n{text}");
        }
    }

    #[test]
    fn a_label_with_unknown_values_starts_with_no_series() {
        let metrics = Metrics::new();
        let errors = metrics
            .counters("errors_total", "By code.", &[("class", &["transient"]), ("code", &[])])
            .unwrap();
        assert_eq!(metrics.render().unwrap(), "");
        errors.with_label_values(&["transient", "1213"]).inc();
        let text = metrics.render().unwrap();
        assert!(text.contains("errors_total{class=\"transient\",code=\"1213\"} 1"), "{text}");
    }

    #[test]
    fn a_read_counter_has_the_count_at_the_scrape() {
        let metrics = Metrics::new();
        let count = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let read = count.clone();
        let read = move || read.load(std::sync::atomic::Ordering::Relaxed);
        metrics.read_counter("lines_total", "So far.", read).unwrap();
        for now in [0, 3, 3, 7] {
            count.store(now, std::sync::atomic::Ordering::Relaxed);
            let text = metrics.render().unwrap();
            assert!(text.contains("# TYPE lines_total counter\n"), "{text}");
            assert!(text.contains(&format!("\nlines_total {now}\n")), "{text}");
        }
    }

    #[test]
    fn registries_do_not_know_each_other_but_clones_do() {
        let metrics = Metrics::new();
        metrics.gauge("in_use", "In use.").unwrap();
        assert!(Metrics::new().gauge("in_use", "In use.").is_ok());
        let error = metrics.clone().gauge("in_use", "In use.").unwrap_err();
        assert!(error.to_string().contains("\"in_use\""), "{error}");
    }
}
