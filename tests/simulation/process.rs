//! A process that can die at any moment.

use std::future::pending;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) name: String,
    crashed: CancellationToken,
    stopping: CancellationToken,
}

impl Process {
    pub(crate) fn named(name: String) -> Arc<Self> {
        let (crashed, stopping) = (CancellationToken::new(), CancellationToken::new());
        Arc::new(Self { name, crashed, stopping })
    }

    /// Dies: everything that runs in it is dropped.
    pub(crate) fn crash(&self) {
        self.crashed.cancel();
    }

    pub(crate) async fn crashed(&self) {
        self.crashed.cancelled().await;
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.crashed.is_cancelled()
    }

    /// SIGTERM.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
    }

    pub(crate) fn stopping(&self) -> CancellationToken {
        self.stopping.clone()
    }

    /// A dead process never gets past this.
    pub(crate) async fn goes_on(&self) {
        if self.is_dead() {
            pending::<()>().await;
        }
    }
}
