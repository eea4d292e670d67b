//! Keeps the gauge of held dead letters true.

use std::sync::Arc;
use std::time::Duration;

use registrar_common::storage::MySqlStore;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::metrics::WorkerMetrics;

/// Prometheus scrapes about this often.
const INTERVAL: Duration = Duration::from_secs(15);

/// Counts until `stop`. While MySQL is away the gauge keeps what it last knew.
pub(crate) async fn watch(store: MySqlStore, metrics: Arc<WorkerMetrics>, stop: CancellationToken) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            counted = store.count_held() => {
                if let Ok(count) = counted {
                    metrics.held(count);
                }
            }
        }
    }
}
