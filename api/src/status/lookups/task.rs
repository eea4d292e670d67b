use std::collections::HashMap;
use std::fmt::Display;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use registrar_domain::{Decision, RegistrationId, clock};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Decisions, PROBE, Request, Watcher};
use crate::status::final_outcomes::FinalOutcomes;
use crate::status::wait_estimate::WaitEstimate;

/// Registrations of one query: an `IN` list that both MySQL and its log can bear.
pub(super) const BATCH_LIMIT: usize = 512;
/// Requests on their way to the task; more wait in their handlers.
pub(super) const REQUESTS_LIMIT: usize = 1_024;
/// How long a client waits for the database before it is answered that it cannot be read.
pub(super) const TIMEOUT: Duration = Duration::from_millis(800);
/// How often everything that clients wait for is read, in as few queries as it takes. With all
/// permits for waiting clients in use that is twenty queries a second for each thousand clients.
pub(super) const TICK: Duration = Duration::from_millis(100);

/// Gathers what handlers ask into one query after another.
///
/// There is never more than one query under way. What is asked meanwhile waits for the next one, so
/// a slow database is asked for larger batches, not for more of them.
#[derive(Debug)]
pub struct LookupsTask<D: Decisions> {
    source: Arc<D>,
    estimate: WaitEstimate,
    finals: Arc<FinalOutcomes>,
    requests: mpsc::Receiver<Request>,
    /// To be read at once.
    asked: HashMap<RegistrationId, Vec<oneshot::Sender<Option<Decision>>>>,
    /// To be read with every tick.
    watched: HashMap<RegistrationId, Vec<Watcher>>,
    next_tick: Instant,
    /// What this tick has not read yet.
    due: Vec<RegistrationId>,
    is_readable: bool,
}

/// The registrations of one query, with those who asked before it began.
struct Batch {
    ids: Vec<RegistrationId>,
    asked: Vec<(RegistrationId, Vec<oneshot::Sender<Option<Decision>>>)>,
}

impl<D: Decisions> LookupsTask<D> {
    pub(super) fn new(
        source: D,
        estimate: WaitEstimate,
        finals: Arc<FinalOutcomes>,
        requests: mpsc::Receiver<Request>,
    ) -> Self {
        Self {
            source: Arc::new(source),
            estimate,
            finals,
            requests,
            asked: HashMap::new(),
            watched: HashMap::new(),
            next_tick: Instant::now(),
            due: Vec::new(),
            is_readable: true,
        }
    }

    /// Runs until every handle is dropped.
    pub async fn run(mut self) {
        let mut arrived = Vec::new();
        loop {
            tokio::select! {
                count = self.requests.recv_many(&mut arrived, REQUESTS_LIMIT) => {
                    if count == 0 {
                        return;
                    }
                    arrived.drain(..).for_each(|request| self.admit(request));
                }
                () = sleep_until(self.next_tick), if !self.watched.is_empty() => self.tick(),
            }
            while let Some(batch) = self.next_batch() {
                self.read(batch).await;
            }
        }
    }

    fn admit(&mut self, request: Request) {
        match request {
            Request::Current(id, sender) => self.asked.entry(id).or_default().push(sender),
            Request::Changed(id, watcher) => {
                if self.watched.is_empty() {
                    self.next_tick = Instant::now() + TICK;
                }
                self.watched.entry(id).or_default().push(watcher);
            }
        }
    }

    fn tick(&mut self) {
        self.next_tick = Instant::now() + TICK;
        self.watched.retain(|_, watchers| {
            watchers.retain(|watcher| !watcher.sender.is_closed());
            !watchers.is_empty()
        });
        self.due = self.watched.keys().copied().collect();
    }

    fn next_batch(&mut self) -> Option<Batch> {
        let mut waiting = std::mem::take(&mut self.asked).into_iter();
        let is_awaited =
            |asked: &(_, Vec<oneshot::Sender<_>>)| asked.1.iter().any(|one| !one.is_closed());
        let asked: Vec<_> = waiting.by_ref().filter(is_awaited).take(BATCH_LIMIT).collect();
        self.asked = waiting.collect();
        let mut ids: Vec<_> = asked.iter().map(|(id, _)| *id).collect();
        let watched = self.due.len().min(BATCH_LIMIT - ids.len());
        ids.extend(self.due.drain(self.due.len() - watched..));
        (!ids.is_empty()).then_some(Batch { ids, asked })
    }

    async fn read(&mut self, mut batch: Batch) {
        let source = Arc::clone(&self.source);
        let ids = std::mem::take(&mut batch.ids);
        let mut reading = std::pin::pin!(AssertUnwindSafe(source.decisions(&ids)).catch_unwind());
        let found = tokio::select! {
            found = &mut reading => found,
            () = sleep(TIMEOUT) => {
                batch.asked.clear();
                self.refuse_until_done(reading).await
            }
        };
        match found {
            Ok(Ok(found)) => self.answer(&ids, batch, &found),
            Ok(Err(error)) => self.refuse(&error),
            Err(_panic) => self.refuse(&"the query panicked"),
        }
    }

    /// Dropping its sender refuses a request; watchers wait for the next tick.
    fn refuse(&mut self, error: &dyn Display) {
        if std::mem::replace(&mut self.is_readable, false) {
            tracing::warn!(%error, "the status of registrations cannot be read");
        }
        self.asked.clear();
        self.due.clear();
    }

    /// Refuses what is asked and what was asked meanwhile while the database is silent.
    async fn refuse_until_done<T>(&mut self, mut reading: impl Future<Output = T> + Unpin) -> T {
        let mut has_handles = true;
        loop {
            self.asked.clear();
            tokio::select! {
                found = &mut reading => return found,
                request = self.requests.recv(), if has_handles => match request {
                    Some(request) => self.admit(request),
                    None => has_handles = false,
                },
            }
        }
    }

    fn answer(
        &mut self,
        ids: &[RegistrationId],
        batch: Batch,
        found: &HashMap<RegistrationId, Decision>,
    ) {
        if !std::mem::replace(&mut self.is_readable, true) {
            tracing::info!("the status of registrations can be read again");
        }
        if ids.iter().any(|id| *id != PROBE && !found.contains_key(id)) {
            self.estimate.observe_waiting(Instant::now());
        }
        for (id, senders) in batch.asked {
            for sender in senders {
                _ = sender.send(found.get(&id).copied());
            }
        }
        let now = clock::now();
        for (id, decision) in found {
            self.estimate.observe(decision, now);
            self.finals.note(*id, *decision);
            self.notify(*id, *decision);
        }
    }

    fn notify(&mut self, id: RegistrationId, decision: Decision) {
        let Some(watchers) = self.watched.remove(&id) else { return };
        let (seen, unseen): (Vec<_>, Vec<_>) =
            watchers.into_iter().partition(|watcher| watcher.seen == Some(decision));
        for watcher in unseen {
            _ = watcher.sender.send(decision);
        }
        if !seen.is_empty() {
            self.watched.insert(id, seen);
        }
    }
}
