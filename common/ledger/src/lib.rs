//! Looks at the ledger and the queues together.

use registrar_domain::ledger::Look;
use registrar_messaging::{ConnectError, MessagingSettings, QueueCounts};
use registrar_storage::{MySqlStore, StorageError};

/// Why there was no look. Each error says whether it is transient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LookError {
    /// The queues could not be counted.
    #[error(transparent)]
    Queues(#[from] ConnectError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] StorageError),
}

/// Reads the ledger, and asks RabbitMQ how many messages wait.
pub struct Looker {
    store: MySqlStore,
    messaging: MessagingSettings,
    queues: Option<QueueCounts>,
}

impl Looker {
    /// Connects with the first look.
    pub fn new(store: MySqlStore, messaging: MessagingSettings) -> Self {
        Self { store, messaging, queues: None }
    }

    /// One look. What was stated is read before the queues are counted and what was settled after:
    /// [`Look`] says why.
    pub async fn look(&mut self) -> Result<Look, LookError> {
        let mut ledger = self.store.read_ledger().await?;
        let queues = match self.queues.take() {
            Some(queues) => queues,
            None => QueueCounts::connect(&self.messaging).await?,
        };
        let waiting = queues.waiting().await?;
        self.queues = Some(queues);
        for (account, book) in self.store.read_ledger().await?.iter() {
            ledger.book(*account).settled.add(&book.settled);
        }
        Ok(Look { ledger, waiting })
    }

    /// Says goodbye to RabbitMQ.
    pub async fn close(self) {
        if let Some(queues) = self.queues {
            queues.close().await;
        }
    }
}
