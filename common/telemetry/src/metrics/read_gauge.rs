//! A level that is read at each scrape.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, Opts};

#[derive(Clone)]
pub(super) struct ReadGauge<F> {
    gauge: Gauge,
    read: F,
}

impl<F> ReadGauge<F> {
    pub(super) fn new(
        name: &str,
        help: &str,
        labels: &[(&str, &str)],
        read: F,
    ) -> prometheus::Result<Self> {
        let options = labels.iter().fold(Opts::new(name, help), |options, (label, value)| {
            options.const_label(*label, *value)
        });
        Ok(Self { gauge: Gauge::with_opts(options)?, read })
    }
}

impl<F: Fn() -> f64 + Send + Sync> Collector for ReadGauge<F> {
    fn desc(&self) -> Vec<&Desc> {
        self.gauge.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gauge.set((self.read)());
        self.gauge.collect()
    }
}
