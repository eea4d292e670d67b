//! A metric that is brought up to date at each scrape.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

#[derive(Clone)]
pub(super) struct Read<M, F> {
    metric: M,
    /// Two scrapes at once must not add the same events twice.
    scrape: Arc<Mutex<()>>,
    update: F,
}

impl<M, F> Read<M, F> {
    pub(super) fn new(metric: M, update: F) -> Self {
        Self { metric, scrape: Arc::default(), update }
    }
}

impl<M: Collector, F: Fn(&M) + Send + Sync> Collector for Read<M, F> {
    fn desc(&self) -> Vec<&Desc> {
        self.metric.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let _alone = self.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        (self.update)(&self.metric);
        self.metric.collect()
    }
}
