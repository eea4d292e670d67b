//! Why a queue is not consumed just now.

use registrar_messaging::ConnectError;
use registrar_storage::{ErrorClass, StorageError};

/// What a consumer waits for. Displayed as a sentence for `/readyz` and the log.
#[derive(Debug, thiserror::Error)]
pub enum Unavailable {
    #[error("{0}")]
    Broker(#[from] ConnectError),
    /// The connection or a channel to RabbitMQ went away.
    #[error("The connection to RabbitMQ was lost; connecting again.")]
    ConnectionLost,
    #[error("MySQL cannot store registrations now; they wait in RabbitMQ. {0}")]
    StoreAway(StorageError),
    /// MySQL answers, but an operator must fix something.
    #[error("{0}")]
    Halted(StorageError),
    #[error("Paused by an operator.")]
    Paused,
}

impl Unavailable {
    /// The name in spans of what it interrupted.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Broker(_) | Self::ConnectionLost => "channel_gone",
            Self::StoreAway(_) => "store_away",
            Self::Halted(_) => "operator_needed",
            Self::Paused => "paused",
        }
    }

    /// What a failed probe of the store means.
    pub fn from_probe(error: StorageError) -> Self {
        if error.class() == ErrorClass::System {
            Self::Halted(error)
        } else {
            Self::StoreAway(error)
        }
    }

    /// Whether batches fail although the probe finds nothing wrong.
    pub fn is_of_store(&self) -> bool {
        matches!(self, Self::StoreAway(_) | Self::Halted(_))
    }

    /// Whether waiting alone will not fix it.
    pub fn needs_operator(&self) -> bool {
        matches!(self, Self::Halted(_))
    }
}
