//! The product's ledger, to be compared with the oracle.

use std::collections::BTreeMap;
use std::time::Duration;

use registrar_domain::Lane;
use registrar_domain::ledger::{Balance, Snapshot, balance};
use registrar_ledger::SnapshotReader;
use registrar_messaging::MessagingSettings;
use registrar_runtime::config;
use registrar_storage::{MySqlStore, Pool};
use tokio::time::Instant;

use crate::servers::Servers;
use crate::wait;

/// Publishers send a confirm report every second, so that after this everything is reported that
/// ever will be.
const REST: Duration = Duration::from_secs(4);

/// A view of the ledger of an installation.
pub struct LedgerView(SnapshotReader);

impl LedgerView {
    /// Connects when it is needed.
    pub fn new(servers: &Servers) -> Self {
        #[derive(clap::Parser)]
        struct Settings {
            #[command(flatten)]
            messaging: MessagingSettings,
        }
        let flag = format!("--amqp-url={}", servers.amqp_url);
        let settings = config::parse_from::<Settings>(["test", &flag]).unwrap();
        let store = MySqlStore::new(Pool::new(&servers.database_settings()));
        Self(SnapshotReader::new(store, settings.messaging))
    }

    /// Reads it once, as soon as it can be read.
    pub async fn read(&mut self) -> Snapshot {
        wait::until("the ledger can be read", async || self.0.read().await.ok()).await
    }

    /// Waits until the ledger and the queues have not changed for some seconds, with nothing
    /// waiting, and returns what it says of each lane.
    pub async fn at_rest(&mut self) -> BTreeMap<Lane, Balance> {
        let mut first = self.read().await;
        let mut since = Instant::now();
        wait::until("the ledger is at rest", async || {
            let snapshot = self.0.read().await.ok()?;
            let is_quiet = snapshot.waiting.values().all(|waiting| *waiting == 0);
            if !is_quiet || snapshot.ledger != first.ledger {
                (first, since) = (snapshot, Instant::now());
                return None;
            }
            (since.elapsed() >= REST).then(|| balance(&first, &snapshot))
        })
        .await
    }
}
