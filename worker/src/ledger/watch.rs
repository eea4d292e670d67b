//! Keeps the figures of the ledger true, and its table small.

use std::sync::Arc;
use std::time::Duration;

use registrar_common::domain::ledger::{Look, balance};
use registrar_common::ledger::Looker;
use registrar_common::storage::MySqlStore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::metrics::WorkerMetrics;

/// Prometheus scrapes about this often.
const INTERVAL: Duration = Duration::from_secs(15);

pub(crate) struct Watch {
    pub(crate) looker: Looker,
    pub(crate) store: MySqlStore,
    pub(crate) metrics: Arc<WorkerMetrics>,
}

impl Watch {
    /// Looks until `stop`. While a server is away the gauges keep what they last showed.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let looking = async {
            let mut earlier = None;
            loop {
                let later = self.look().await;
                earlier = self.show(earlier, later);
                sleep(INTERVAL).await;
            }
        };
        stop.run_until_cancelled(Box::pin(looking)).await;
    }

    async fn look(&mut self) -> Option<Look> {
        let look = async {
            self.store.compact_ledger().await?;
            self.looker.look().await
        };
        // The lanes' consumers tell of servers that are away.
        look.await.inspect_err(|error| tracing::debug!(%error, "no look at the ledger")).ok()
    }

    fn show(&self, earlier: Option<Look>, later: Option<Look>) -> Option<Look> {
        let later = later?;
        if let Some(earlier) = earlier {
            for (lane, figures) in balance(&earlier, &later) {
                self.metrics.ledger(lane, &figures);
            }
        }
        Some(later)
    }
}
