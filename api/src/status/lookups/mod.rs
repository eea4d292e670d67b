use std::collections::HashMap;
use std::fmt::Display;
use std::future::{Future, pending};
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::{Decision, RegistrationId};
use registrar_storage::{StatusReader, StorageError};
use time::OffsetDateTime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until};

use super::watchers::{Answer, Batch, Watchers};
use super::{Known, WaitEstimate};

/// Registrations of one query: an `IN` list that both MySQL and its log can bear.
const BATCH_LIMIT: usize = 512;
/// Requests on their way to the task; more wait in their handlers.
const REQUESTS_LIMIT: usize = 1_024;
/// How long a client waits for the database before it hears that it cannot be read.
const TIMEOUT: Duration = Duration::from_millis(800);

/// No registration has this id, but looking for it shows whether the database answers.
const NOBODY: RegistrationId = RegistrationId::from_bytes([0; 16]);

/// Where decisions are read: [`StatusReader`], except in tests.
pub trait Decisions: Send + Sync + 'static {
    /// Why they could not be read.
    type Error: Display + Send + 'static;

    /// The decisions among these registrations; one without a decision is absent.
    fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> impl Future<Output = Result<HashMap<RegistrationId, Decision>, Self::Error>> + Send;
}

impl Decisions for StatusReader {
    type Error = StorageError;

    async fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashMap<RegistrationId, Decision>, StorageError> {
        Self::decisions(self, ids).await
    }
}

/// Asks what became of registrations. All who ask share one query at a time.
#[derive(Clone, Debug)]
pub struct Lookups {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
enum Request {
    Now(RegistrationId, oneshot::Sender<Answer>),
    Changed(RegistrationId, Option<Decision>, oneshot::Sender<Decision>),
}

impl Lookups {
    /// A handle, and the task to run for it; the task ends when the last handle is dropped.
    pub fn new<D: Decisions>(source: D, estimate: WaitEstimate) -> (Self, LookupsTask<D>) {
        let (sender, requests) = mpsc::channel(REQUESTS_LIMIT);
        let task = LookupsTask {
            source: Arc::new(source),
            estimate,
            requests,
            watchers: Watchers::default(),
            query: None,
            is_readable: true,
        };
        (Self { requests: sender }, task)
    }

    /// What is known now; within a second, also when the database does not answer.
    pub async fn current(&self, id: RegistrationId) -> Known {
        let (sender, answer) = oneshot::channel();
        // Neither fails while a handle exists; should the task have died, nothing can be read.
        _ = self.requests.send(Request::Now(id, sender)).await;
        match answer.await {
            Ok(Ok(Some(decision))) => Known::Decided(decision),
            Ok(Ok(None)) => Known::Waiting,
            Ok(Err(_)) | Err(_) => Known::Unreadable,
        }
    }

    /// Whether the database answers.
    pub async fn can_read(&self) -> bool {
        self.current(NOBODY).await != Known::Unreadable
    }

    /// The outcome, as soon as there is one: drop the future to stop waiting.
    pub async fn decided(&self, id: RegistrationId) -> Decision {
        self.changed(id, None).await
    }

    /// The outcome, as soon as it is another than the one `seen`.
    pub async fn changed(&self, id: RegistrationId, seen: Option<Decision>) -> Decision {
        let (sender, decision) = oneshot::channel();
        _ = self.requests.send(Request::Changed(id, seen, sender)).await;
        match decision.await {
            Ok(decision) => decision,
            Err(_) => pending().await,
        }
    }
}

/// Gathers what handlers ask into one query after another.
///
/// There is never more than one query under way, so a slow database is asked for larger batches,
/// not for more of them.
#[derive(Debug)]
pub struct LookupsTask<D: Decisions> {
    source: Arc<D>,
    estimate: WaitEstimate,
    requests: mpsc::Receiver<Request>,
    watchers: Watchers,
    query: Option<Query<D::Error>>,
    is_readable: bool,
}

#[derive(Debug)]
struct Query<E> {
    batch: Batch,
    /// A task of its own: work on the database is never dropped in the middle.
    reading: JoinHandle<Result<HashMap<RegistrationId, Decision>, E>>,
    patience_ends: Instant,
    is_overdue: bool,
}

impl<D: Decisions> LookupsTask<D> {
    /// Runs until every handle is dropped.
    pub async fn run(mut self) {
        let mut arrived = Vec::new();
        loop {
            self.start_query();
            let next_due = self.watchers.next_due().filter(|_| self.query.is_none());
            tokio::select! {
                count = self.requests.recv_many(&mut arrived, REQUESTS_LIMIT) => {
                    if count == 0 {
                        return;
                    }
                    arrived.drain(..).for_each(|request| self.admit(request));
                }
                progress = progress_of(self.query.as_mut()) => match progress {
                    Progress::Finished(found) => self.settle(found),
                    Progress::Overdue => self.lose_patience(),
                },
                () = at(next_due) => {}
            }
        }
    }

    fn admit(&mut self, request: Request) {
        let now = Instant::now();
        match request {
            Request::Now(id, sender) => self.watchers.ask(id, sender, now),
            Request::Changed(id, seen, sender) => self.watchers.watch(id, seen, sender, now),
        }
        if self.query.as_ref().is_some_and(|query| query.is_overdue) {
            self.watchers.refuse_asking();
        }
    }

    fn start_query(&mut self) {
        if self.query.is_some() {
            return;
        }
        let now = Instant::now();
        let batch = self.watchers.take_due(now, BATCH_LIMIT);
        if batch.ids.is_empty() {
            return;
        }
        let (source, ids) = (Arc::clone(&self.source), batch.ids.clone());
        let reading = tokio::spawn(async move { source.decisions(&ids).await });
        self.query =
            Some(Query { batch, reading, patience_ends: now + TIMEOUT, is_overdue: false });
    }

    fn settle(&mut self, found: Found<D::Error>) {
        let Some(query) = self.query.take() else { return };
        let now = Instant::now();
        match found {
            Ok(Ok(found)) => {
                self.note_readable();
                if query.batch.ids.iter().any(|id| *id != NOBODY && !found.contains_key(id)) {
                    self.estimate.observe_waiting(now);
                }
                let now_utc = OffsetDateTime::now_utc();
                for decision in found.values() {
                    self.estimate.observe(decision, now_utc);
                }
                self.watchers.settle(query.batch, &found, now);
            }
            Ok(Err(error)) => self.note_unreadable(query.batch, &error, now),
            Err(panicked) => self.note_unreadable(query.batch, &panicked, now),
        }
    }

    fn lose_patience(&mut self) {
        if let Some(query) = &mut self.query {
            query.is_overdue = true;
            query.batch.refuse();
        }
        self.watchers.refuse_asking();
    }

    fn note_readable(&mut self) {
        if !std::mem::replace(&mut self.is_readable, true) {
            tracing::info!("the status of registrations can be read again");
        }
    }

    fn note_unreadable(&mut self, batch: Batch, error: &dyn Display, now: Instant) {
        if std::mem::replace(&mut self.is_readable, false) {
            tracing::warn!(%error, "the status of registrations cannot be read");
        }
        self.watchers.put_back(batch, now);
        self.watchers.refuse_asking();
    }
}

type Found<E> = Result<Result<HashMap<RegistrationId, Decision>, E>, JoinError>;

enum Progress<E> {
    Finished(Found<E>),
    Overdue,
}

async fn progress_of<E>(query: Option<&mut Query<E>>) -> Progress<E> {
    let Some(query) = query else { return pending().await };
    let patience_ends = (!query.is_overdue).then_some(query.patience_ends);
    tokio::select! {
        found = &mut query.reading => Progress::Finished(found),
        () = at(patience_ends) => Progress::Overdue,
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
