use std::{
    collections::HashMap,
    fmt::Display,
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};

use registrar_common::{
    domain::{Decision, RegistrationId},
    storage::{StatusReader, StorageError},
};
use time::OffsetDateTime;
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinError, JoinHandle},
    time::{Instant, sleep_until},
};

use super::{
    Known, WaitEstimate,
    watchers::{Answer, Batch, Watchers},
};

/// Registrations of one query: an `IN` list that both MySQL and its log can bear.
const BATCH_LIMIT: usize = 512;
/// Requests on their way to the task; more wait in their handlers.
const REQUESTS_LIMIT: usize = 1_024;
/// How long a client waits for the database before it hears that it cannot be read.
const PATIENCE: Duration = Duration::from_millis(800);

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
    Decided(RegistrationId, oneshot::Sender<Decision>),
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

    /// The outcome, as soon as there is one: drop the future to stop waiting.
    pub async fn decided(&self, id: RegistrationId) -> Decision {
        let (sender, decision) = oneshot::channel();
        _ = self.requests.send(Request::Decided(id, sender)).await;
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
            Request::Decided(id, sender) => self.watchers.watch(id, sender, now),
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
            Some(Query { batch, reading, patience_ends: now + PATIENCE, is_overdue: false });
    }

    fn settle(&mut self, found: Found<D::Error>) {
        let Some(query) = self.query.take() else { return };
        let now = Instant::now();
        match found {
            Ok(Ok(found)) => {
                self.note_readable();
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
mod tests {
    use std::sync::Mutex;

    use futures_util::future::join_all;
    use registrar_common::domain::Outcome;
    use tokio::sync::Semaphore;

    use super::*;

    /// A database that answers when it is let, and remembers what it was asked.
    struct Database {
        queries: Mutex<Vec<usize>>,
        decided: Mutex<HashMap<RegistrationId, Decision>>,
        answers: Semaphore,
        is_down: Mutex<bool>,
    }

    impl Database {
        fn new(answers: usize) -> Arc<Self> {
            Arc::new(Self {
                queries: Mutex::default(),
                decided: Mutex::default(),
                answers: Semaphore::new(answers),
                is_down: Mutex::new(false),
            })
        }

        fn register(&self, id: RegistrationId) {
            let decision = Decision {
                outcome: Outcome::Registered,
                accepted_at: None,
                decided_at: OffsetDateTime::now_utc(),
            };
            self.decided.lock().unwrap().insert(id, decision);
        }
    }

    impl Decisions for Arc<Database> {
        type Error = &'static str;

        async fn decisions(
            &self,
            ids: &[RegistrationId],
        ) -> Result<HashMap<RegistrationId, Decision>, &'static str> {
            self.queries.lock().unwrap().push(ids.len());
            self.answers.acquire().await.map_err(|_| "closed")?.forget();
            if *self.is_down.lock().unwrap() {
                return Err("gone away");
            }
            let decided = self.decided.lock().unwrap();
            Ok(ids.iter().filter_map(|id| Some((*id, *decided.get(id)?))).collect())
        }
    }

    fn start(database: &Arc<Database>) -> Lookups {
        let (lookups, task) = Lookups::new(Arc::clone(database), WaitEstimate::default());
        tokio::spawn(task.run());
        lookups
    }

    #[tokio::test]
    async fn who_asks_at_once_shares_one_query() {
        let database = Database::new(0);
        let lookups = start(&database);
        let first = tokio::spawn({
            let lookups = lookups.clone();
            async move { lookups.current(RegistrationId::generate()).await }
        });
        while database.queries.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        // Fewer than the 128 steps after which Tokio makes a task pause.
        let ids: Vec<_> = (0..100).map(|_| RegistrationId::generate()).collect();
        let asking = join_all(ids.iter().map(|id| lookups.current(*id)));
        let open = async { database.answers.add_permits(2) };
        let (known, ()) = tokio::join!(asking, open);
        assert!(known.iter().all(|known| *known == Known::Waiting));
        assert_eq!(first.await.unwrap(), Known::Waiting);
        assert_eq!(*database.queries.lock().unwrap(), [1, 100]);
    }

    #[tokio::test]
    async fn who_waits_hears_of_the_outcome() {
        let database = Database::new(1_000);
        let lookups = start(&database);
        let id = RegistrationId::generate();
        assert_eq!(lookups.current(id).await, Known::Waiting);
        let waiting = lookups.decided(id);
        database.register(id);
        assert_eq!(waiting.await.outcome, Outcome::Registered);
        assert!(lookups.current(id).await.is_final());
    }

    #[tokio::test]
    async fn a_database_that_is_away_is_said_so_and_waiting_goes_on() {
        let database = Database::new(1_000);
        let lookups = start(&database);
        *database.is_down.lock().unwrap() = true;
        let id = RegistrationId::generate();
        assert_eq!(lookups.current(id).await, Known::Unreadable);
        let waiting = tokio::spawn({
            let lookups = lookups.clone();
            async move { lookups.decided(id).await }
        });
        assert_eq!(lookups.current(id).await, Known::Unreadable);
        database.register(id);
        *database.is_down.lock().unwrap() = false;
        assert_eq!(waiting.await.unwrap().outcome, Outcome::Registered);
    }

    #[tokio::test]
    async fn a_database_that_hangs_keeps_nobody_and_is_asked_only_once() {
        let database = Database::new(0);
        let lookups = start(&database);
        let asked = Instant::now();
        for _ in 0..100 {
            assert_eq!(lookups.current(RegistrationId::generate()).await, Known::Unreadable);
        }
        assert!(asked.elapsed() < 2 * PATIENCE, "only the first waits");
        assert_eq!(database.queries.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_task_ends_with_its_last_handle() {
        let (lookups, task) = Lookups::new(Database::new(0), WaitEstimate::default());
        let running = tokio::spawn(task.run());
        drop(lookups);
        running.await.unwrap();
    }
}
