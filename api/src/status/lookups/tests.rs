use std::sync::Mutex;

use futures_util::future::join_all;
use registrar_domain::Outcome;
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
            accepted_at: Some(OffsetDateTime::now_utc()),
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
    assert_eq!(lookups.current(id).await.decision().unwrap().outcome, Outcome::Registered);
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
    assert!(asked.elapsed() < 2 * TIMEOUT, "only the first waits");
    assert_eq!(database.queries.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_task_ends_with_its_last_handle() {
    let (lookups, task) = Lookups::new(Database::new(0), WaitEstimate::default());
    let running = tokio::spawn(task.run());
    drop(lookups);
    running.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_a_standstill_until_something_is_decided_and_a_probe_is_nobody() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let estimate = WaitEstimate::default();
    let (lookups, task) = Lookups::new(Arc::clone(&database), estimate.clone());
    tokio::spawn(task.run());
    let [first, second] = [RegistrationId::generate(), RegistrationId::generate()];
    let takes = async |seconds| {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        estimate.takes(Duration::ZERO).as_secs()
    };
    assert!(lookups.can_read().await);
    assert_eq!(takes(10).await, 0);
    assert_eq!(lookups.current(first).await, Known::Waiting);
    assert_eq!(takes(10).await, 10);
    database.register(second);
    assert!(matches!(lookups.current(second).await, Known::Decided(_)));
    assert_eq!(takes(10).await, 0);
}
