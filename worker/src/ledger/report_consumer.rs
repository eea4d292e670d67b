//! Takes what publishers state from its queue into the ledger.

use std::time::Duration;

use registrar_domain::ledger::Ledger;
use registrar_messaging::{
    AmqpConsumerConnection, AmqpDeliveries, ConfirmReport, Deliveries as _, Delivery, LEDGER,
    MalformedConfirmReport, MessagingSettings, caught,
};
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::RegistrationStore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Each publisher connection reports once a second, so that this is some seconds of many; and as few
/// as of the last resorts, since any client may publish here.
const BATCH: u16 = 48;
/// How long the first of a batch waits for others.
const LINGER: Duration = Duration::from_millis(20);

/// Consumes the ledger's queue. No registration depends on it, so that it is neither part of the
/// worker's readiness nor stops anything.
pub(crate) struct ReportConsumer<S> {
    pub(crate) messaging: MessagingSettings,
    pub(crate) store: S,
    pub(crate) retry: RetryPolicy,
}

impl<S: RegistrationStore> ReportConsumer<S> {
    /// Runs until `stop`, through every absence of RabbitMQ and MySQL.
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new(self.retry);
        while !stop.is_cancelled() {
            let connecting = AmqpConsumerConnection::connect(&self.messaging, "consume ledger");
            let connected = tokio::select! {
                () = stop.cancelled() => return,
                connected = connecting => connected,
            };
            match connected {
                Ok(connection) => {
                    match connection.open(LEDGER, BATCH).await {
                        Ok(mut reports) => {
                            backoff.reset();
                            self.keep(&mut reports, &stop).await;
                            reports.requeue_all().await;
                        }
                        Err(error) => tracing::warn!(%error, "the ledger's queue is not consumed"),
                    }
                    connection.close().await;
                }
                // The lanes' consumers tell of it.
                Err(error) => tracing::debug!(%error, "the ledger's queue is not consumed"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(backoff.next_delay()) => {}
            }
        }
    }

    /// Until the channel is gone.
    async fn keep(&self, reports: &mut AmqpDeliveries, stop: &CancellationToken) {
        loop {
            let first = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                delivery = reports.next() => delivery,
            };
            let Some(first) = first else { return };
            let (mut last, mut additions) = (first.tag, Ledger::default());
            take(&first, &mut additions);
            for _ in 1..BATCH {
                let Ok(Some(next)) = timeout(LINGER, reports.next()).await else { break };
                last = next.tag;
                take(&next, &mut additions);
            }
            if !self.record(&additions, stop).await || reports.ack_through(last).await.is_err() {
                return;
            }
        }
    }

    /// False when the stop came first.
    async fn record(&self, additions: &Ledger, stop: &CancellationToken) -> bool {
        let mut backoff = Backoff::new(self.retry);
        while let Err(error) = self.store.record(additions).await {
            // The lanes' consumers tell of it, too.
            tracing::debug!(%error, "the ledger does not take reports");
            tokio::select! {
                () = stop.cancelled() => return false,
                () = sleep(backoff.next_delay()) => {}
            }
        }
        true
    }
}

fn take(delivery: &Delivery, into: &mut Ledger) {
    let decoded = caught(|| ConfirmReport::decode(&delivery.body));
    match decoded.unwrap_or(Err(MalformedConfirmReport)) {
        Ok(report) => into.entry(report.key).add(&report.into_state()),
        Err(error) => tracing::error!(%error, "a message for the ledger is dropped"),
    }
}
