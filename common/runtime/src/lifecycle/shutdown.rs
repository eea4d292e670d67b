//! The one request to stop that everything in a process listens to.

use std::io;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::signals;

/// A request to stop, which can be made once and seen by all clones.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    requested: CancellationToken,
    /// Listens for as long as any clone lives, so also while telemetry is flushed.
    _signals: Option<Arc<AbortOnDropHandle<()>>>,
}

impl Shutdown {
    /// A shutdown that only [`Shutdown::request`] starts.
    pub fn new() -> Self {
        Self::default()
    }

    /// A shutdown that SIGTERM and SIGINT start too. A second signal ends the process at once,
    /// with exit code 128 + the signal's number, after `before_end`, which must not take long.
    ///
    /// Must be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the operating system refuses the signal handlers.
    pub fn on_signals(before_end: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let signals = signals::Signals::install()?;
        let requested = CancellationToken::new();
        let insist = move |code| {
            before_end();
            signals::end_process(code);
        };
        let listener = signals::listen(signals, requested.clone(), insist);
        let listener = AbortOnDropHandle::new(tokio::spawn(listener));
        Ok(Self { requested, _signals: Some(Arc::new(listener)) })
    }

    /// The request as a token, for parts that do not know of signals. Cancelling it requests the
    /// stop too.
    pub fn token(&self) -> CancellationToken {
        self.requested.clone()
    }

    /// Starts the shutdown; does nothing when it has started already.
    pub fn request(&self) {
        self.requested.cancel();
    }

    /// Whether the shutdown has started.
    pub fn is_requested(&self) -> bool {
        self.requested.is_cancelled()
    }

    /// Waits until the shutdown has started. Safe to drop and call again.
    pub async fn requested(&self) {
        self.requested.cancelled().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_reaches_every_clone_and_stays() {
        let shutdown = Shutdown::new();
        let other = shutdown.clone();
        assert!(!other.is_requested());
        shutdown.request();
        shutdown.request();
        other.requested().await;
        other.requested().await;
        assert!(other.is_requested());
    }
}
