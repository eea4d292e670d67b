//! Keeps the gauge of held dead letters true.

use std::sync::Arc;
use std::time::Duration;

use registrar_storage::MySqlStore;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::observe::metrics::WorkerMetrics;

/// Prometheus scrapes about this often.
const INTERVAL: Duration = Duration::from_secs(15);

/// Counts until `stop`. While MySQL is away the gauge keeps what it last knew.
pub(crate) async fn watch(store: MySqlStore, metrics: Arc<WorkerMetrics>, stop: CancellationToken) {
    let counting = async {
        loop {
            if let Ok(count) = store.count_held().await {
                metrics.held(count);
            }
            sleep(INTERVAL).await;
        }
    };
    stop.run_until_cancelled(Box::pin(counting)).await;
}
