//! Counts what waits in the queues, since a lane that is not consumed says nothing by itself.

use std::sync::Arc;
use std::time::Duration;

use registrar_domain::clock;
use registrar_messaging::{ConnectError, MessagingSettings, QueueDepths};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::observe::metrics::WorkerMetrics;

/// How exact the age is of what came while nothing was consumed.
const INTERVAL: Duration = Duration::from_secs(5);

pub(crate) struct QueueCounter {
    messaging: MessagingSettings,
    metrics: Arc<WorkerMetrics>,
    queues: Option<QueueDepths>,
}

impl QueueCounter {
    /// Connects with the first count.
    pub(crate) fn new(messaging: MessagingSettings, metrics: Arc<WorkerMetrics>) -> Self {
        Self { messaging, metrics, queues: None }
    }

    /// Counts until `stop`. While RabbitMQ is away what was seen last holds.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let counting = async {
            loop {
                if let Err(error) = self.count().await {
                    tracing::debug!(%error, "the lanes' queues cannot be counted");
                }
                sleep(INTERVAL).await;
            }
        };
        stop.run_until_cancelled(Box::pin(counting)).await;
    }

    async fn count(&mut self) -> Result<(), ConnectError> {
        let queues = match self.queues.take() {
            Some(queues) => queues,
            None => QueueDepths::connect(&self.messaging).await?,
        };
        let mut begun = self.metrics.waiting.begin_counts(clock::now());
        for (lane, counts) in queues.lanes().await? {
            if let Some(count) = begun.remove(&lane) {
                count.end(counts);
            }
        }
        self.queues = Some(queues);
        Ok(())
    }
}
