//! Keeps the figures of the ledger true, and its table small.

use std::sync::Arc;
use std::time::Duration;

use registrar_domain::ledger::{Snapshot, balance};
use registrar_ledger::{SnapshotError, SnapshotReader};
use registrar_storage::MySqlStore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::outage::Outage;
use crate::observe::metrics::WorkerMetrics;

/// Prometheus scrapes about this often.
const INTERVAL: Duration = Duration::from_secs(15);

pub(crate) struct Auditor {
    pub(crate) reader: SnapshotReader,
    pub(crate) store: MySqlStore,
    pub(crate) outage: Outage,
    pub(crate) metrics: Arc<WorkerMetrics>,
}

impl Auditor {
    /// Audits until `stop`. While there is nothing to be seen the gauges keep what they last showed,
    /// and one of them says since when.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let auditing = async {
            let (mut earlier, mut is_reported) = (None, false);
            loop {
                let later = self.audit().await;
                if let Err(error) = &later
                    && !is_reported
                {
                    tracing::warn!("what is unaccounted for is not known now: {error}");
                }
                is_reported = later.is_err();
                earlier = self.show(earlier, later.ok());
                sleep(INTERVAL).await;
            }
        };
        stop.run_until_cancelled(Box::pin(auditing)).await;
    }

    async fn audit(&mut self) -> Result<Snapshot, SnapshotError> {
        let compacted = self.store.compact_ledger().await;
        let snapshot = self.reader.read().await?;
        compacted?;
        Ok(snapshot)
    }

    /// What was seen while acks go ahead of the ledger lacks what they settled.
    fn show(&self, earlier: Option<Snapshot>, later: Option<Snapshot>) -> Option<Snapshot> {
        let later = later.filter(|_| !self.outage.is_on())?;
        if let Some(earlier) = earlier {
            for (lane, figures) in balance(&earlier, &later) {
                self.metrics.ledger(lane, &figures);
            }
            self.metrics.ledger_known();
        }
        Some(later)
    }
}
