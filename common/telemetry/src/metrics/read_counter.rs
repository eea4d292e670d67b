//! A count that is read at each scrape.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus::IntCounter;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

#[derive(Clone)]
pub(super) struct ReadCounter<F> {
    counter: IntCounter,
    /// Two scrapes at once must not add the same events twice.
    scrape: Arc<Mutex<()>>,
    read: F,
}

impl<F> ReadCounter<F> {
    pub(super) fn new(name: &str, help: &str, read: F) -> prometheus::Result<Self> {
        Ok(Self { counter: IntCounter::new(name, help)?, scrape: Arc::default(), read })
    }
}

impl<F: Fn() -> u64 + Send + Sync> Collector for ReadCounter<F> {
    fn desc(&self) -> Vec<&Desc> {
        self.counter.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let _alone = self.scrape.lock().unwrap_or_else(PoisonError::into_inner);
        self.counter.inc_by((self.read)().saturating_sub(self.counter.get()));
        self.counter.collect()
    }
}
