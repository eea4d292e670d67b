//! Looks at the ledger and the queues together.

use registrar_domain::ledger::Snapshot;
use registrar_messaging::{ConnectError, MessagingSettings, QueueDepths};
use registrar_storage::{MySqlStore, StorageError};

/// Why there is no snapshot. Each error says whether it is transient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    #[error(transparent)]
    Queues(#[from] ConnectError),
    #[error(transparent)]
    Ledger(#[from] StorageError),
}

/// Reads the ledger, and asks RabbitMQ how many messages wait.
pub struct SnapshotReader {
    store: MySqlStore,
    messaging: MessagingSettings,
    queues: Option<QueueDepths>,
}

impl SnapshotReader {
    pub fn new(store: MySqlStore, messaging: MessagingSettings) -> Self {
        Self { store, messaging, queues: None }
    }

    /// One snapshot. What was reported is read before the queues are counted and what was settled after:
    /// [`Snapshot`] says why.
    pub async fn read(&mut self) -> Result<Snapshot, SnapshotError> {
        let mut ledger = self.store.read_ledger().await?;
        let queues = match self.queues.take() {
            Some(queues) => queues,
            None => QueueDepths::connect(&self.messaging).await?,
        };
        let waiting = queues.waiting().await?;
        self.queues = Some(queues);
        for (key, state) in self.store.read_ledger().await?.iter() {
            ledger.entry(*key).settled.add(&state.settled);
        }
        Ok(Snapshot { ledger, waiting })
    }

    pub async fn close(self) {
        if let Some(queues) = self.queues {
            queues.close().await;
        }
    }
}
