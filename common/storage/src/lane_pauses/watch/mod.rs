//! What a process knows of pauses, without a query each time.

use std::future::pending;
use std::time::Duration;

use registrar_domain::Lane;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::table::{LanePause, LanePauses};
use crate::error::StorageError;

/// How soon a process learns of a pause, and what it costs the database: next to nothing.
const INTERVAL: Duration = Duration::from_secs(2);

pub trait PauseSource: Send + Sync + 'static {
    /// The pauses that hold now, at most one of each lane.
    fn in_force(&self) -> impl Future<Output = Result<Vec<LanePause>, StorageError>> + Send;
}

impl PauseSource for LanePauses {
    async fn in_force(&self) -> Result<Vec<LanePause>, StorageError> {
        Self::in_force(self).await
    }
}

/// Knows which lanes are paused, as of a few seconds ago. Clones share what is known.
///
/// An absent database neither pauses nor resumes: what was read last holds until the pause ends.
#[derive(Clone, Debug)]
pub struct PauseWatch {
    /// `None` until it was read once.
    known: watch::Receiver<Option<Vec<Known>>>,
}

#[derive(Debug)]
struct Known {
    pause: LanePause,
    ends: Instant,
}

#[derive(Debug)]
pub struct PauseWatchTask<S> {
    source: S,
    known: watch::Sender<Option<Vec<Known>>>,
}

impl PauseWatch {
    pub fn new<S: PauseSource>(source: S) -> (Self, PauseWatchTask<S>) {
        let (sender, known) = watch::channel(None);
        (Self { known }, PauseWatchTask { source, known: sender })
    }

    /// The pause of a lane, if it is paused now as far as is known.
    pub fn now(&self, lane: Lane) -> Option<LanePause> {
        self.in_force(lane).map(|(pause, _)| pause)
    }

    /// How long the pause of a lane still lasts, if it is paused now as far as is known.
    pub fn left(&self, lane: Lane) -> Option<Duration> {
        self.in_force(lane).map(|(_, ends)| ends.saturating_duration_since(Instant::now()))
    }

    pub async fn wait_until_read(&self) {
        // Fails only when the task has ended, and with it the process.
        _ = self.known.clone().wait_for(Option::is_some).await;
    }

    /// Waits until the lane's pause is another than `last`: one begins, changes or is over.
    pub async fn changed(&self, lane: Lane, last: Option<&LanePause>) {
        let last = last.map(|pause| pause.id);
        let mut known = self.known.clone();
        loop {
            known.mark_unchanged();
            let now = self.in_force(lane);
            if now.as_ref().map(|(pause, _)| pause.id) != last {
                return;
            }
            tokio::select! {
                biased;
                read = known.changed() => if read.is_err() {
                    pending::<()>().await;
                },
                () = at(now.map(|(_, ends)| ends)) => {}
            }
        }
    }

    fn in_force(&self, lane: Lane) -> Option<(LanePause, Instant)> {
        let now = Instant::now();
        let known = self.known.borrow();
        let mut known = known.iter().flatten();
        let found = known.find(|known| known.pause.lane == lane && known.ends > now)?;
        Some((found.pause.clone(), found.ends))
    }
}

impl<S: PauseSource> PauseWatchTask<S> {
    pub async fn run(self, shutdown: CancellationToken) {
        let reading = async {
            loop {
                self.read().await;
                sleep(INTERVAL).await;
            }
        };
        shutdown.run_until_cancelled(reading).await;
    }

    async fn read(&self) {
        match self.source.in_force().await {
            Ok(pauses) => {
                let now = Instant::now();
                let ending = |pause: LanePause| Known { ends: now + pause.left, pause };
                self.known.send_replace(Some(pauses.into_iter().map(ending).collect()));
            }
            Err(error) => tracing::debug!(%error, "pauses of lanes cannot be read"),
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
