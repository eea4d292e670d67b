//! Whether this instance can accept registrations.

use std::time::Duration;

use registrar_messaging::Publisher;
use tokio_util::sync::CancellationToken;

use crate::status::Lookups;

/// Kubernetes gives a probe a second.
const TIMEOUT: Duration = Duration::from_millis(500);

#[derive(Clone)]
pub struct Readiness {
    publisher: Publisher,
    lookups: Lookups,
    shutdown: CancellationToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    Ready,
    /// Accepts, and cannot read what became of registrations.
    WithoutMySql,
    WithoutRabbitMq,
    /// Asked to stop; it still serves for the drain delay.
    ShuttingDown,
}

impl Readiness {
    pub fn new(publisher: Publisher, lookups: Lookups, shutdown: CancellationToken) -> Self {
        Self { publisher, lookups, shutdown }
    }

    pub async fn now(&self) -> Ready {
        if self.shutdown.is_cancelled() {
            return Ready::ShuttingDown;
        }
        if !self.publisher.readiness().is_ready() {
            return Ready::WithoutRabbitMq;
        }
        match tokio::time::timeout(TIMEOUT, self.lookups.can_read()).await {
            Ok(true) => Ready::Ready,
            Ok(false) | Err(_) => Ready::WithoutMySql,
        }
    }
}
