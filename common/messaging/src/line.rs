//! One publishing connection: a task that owns it, everything sent on it, and who waits for what.
//!
//! ```text
//! connecting ──> open <──> blocked        jobs are answered "unavailable" unless open
//!      ^           │           │
//!      └── lost, too late, returned ──> everything unsettled is answered "unknown"
//! ```

use std::sync::Arc;
use std::time::Duration;

use registrar_runtime::retry::{Backoff, RetryPolicy};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::job::Job;
use super::line_session::{Ended, LineSession};
use super::numbering::Numbering;
use super::session::Connector;
use super::{ConnectError, PublishError, PublisherObserver};

/// Whether a line takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LineCondition {
    Connecting(Option<ConnectError>),
    Open,
    Blocked(String),
    Stopped,
}

/// The limits of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineLimits {
    pub(super) window: usize,
    pub(super) confirm_timeout: Duration,
}

/// The task's state between sessions.
pub(super) struct Line<C> {
    pub(super) connector: C,
    pub(super) jobs: mpsc::Receiver<Job>,
    pub(super) condition: watch::Sender<LineCondition>,
    pub(super) numbering: Numbering,
    pub(super) limits: LineLimits,
    pub(super) retry: RetryPolicy,
    pub(super) observer: Arc<dyn PublisherObserver>,
    pub(super) shutdown: CancellationToken,
}

impl<C: Connector> Line<C> {
    /// Publishes until the shutdown; reconnects for ever.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::new(self.retry);
        while let Some(session) = self.connect(&mut backoff).await {
            self.condition.send_replace(LineCondition::Open);
            tracing::info!("publishing: connected to RabbitMQ");
            let mut serving = LineSession::new(session, &mut self);
            let ended = serving.run().await;
            let proved_good = serving.proved_good();
            serving.finish(&ended).await;
            let Ended::Broken { why } = ended else { break };
            tracing::warn!(why, "publishing: the connection to RabbitMQ is given up");
            self.condition.send_replace(LineCondition::Connecting(None));
            // One that never did any good must not be replaced in a tight loop.
            if proved_good {
                backoff.reset();
            }
            if !self.pause(backoff.next_delay()).await {
                break;
            }
        }
        self.stop_taking();
    }

    /// Refuses whoever waits and whoever comes.
    pub(super) fn stop_taking(&mut self) {
        self.condition.send_replace(LineCondition::Stopped);
        self.jobs.close();
        while let Ok(job) = self.jobs.try_recv() {
            job.reply.answer(Err(PublishError::Unavailable));
        }
    }

    /// A new session; none when the shutdown came first.
    async fn connect(&mut self, backoff: &mut Backoff) -> Option<C::Session> {
        let mut told = None;
        loop {
            let attempt = self.connector.connect();
            let error = match refusing(&mut self.jobs, &self.shutdown, attempt).await? {
                Ok(session) => return Some(session),
                Err(error) => error,
            };
            // Once per cause, since this may go on for hours.
            if told.as_ref() != Some(&error) {
                tracing::warn!(%error, "publishing: no connection to RabbitMQ");
                told = Some(error.clone());
            }
            self.condition.send_replace(LineCondition::Connecting(Some(error)));
            if !self.pause(backoff.next_delay()).await {
                return None;
            }
        }
    }

    /// False when the shutdown came first.
    async fn pause(&mut self, delay: Duration) -> bool {
        refusing(&mut self.jobs, &self.shutdown, tokio::time::sleep(delay)).await.is_some()
    }
}

/// Waits for `event` and refuses jobs meanwhile; none when the shutdown came first.
async fn refusing<T>(
    jobs: &mut mpsc::Receiver<Job>,
    shutdown: &CancellationToken,
    event: impl Future<Output = T>,
) -> Option<T> {
    tokio::pin!(event);
    loop {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => return None,
            happened = &mut event => return Some(happened),
            Some(job) = jobs.recv() => job.reply.answer(Err(PublishError::Unavailable)),
        }
    }
}
