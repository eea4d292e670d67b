use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use registrar_domain::{HoldReason, Outcome, clock};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::task::{BATCH_LIMIT, TICK, TIMEOUT};
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
        self.decide(id, Outcome::Registered);
    }

    fn queries(&self) -> Vec<usize> {
        self.queries.lock().unwrap().clone()
    }

    fn decide(&self, id: RegistrationId, outcome: Outcome) {
        let decision =
            Decision { outcome, accepted_at: Some(clock::now()), decided_at: clock::now() };
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
    let (lookups, task) = Lookups::new(Arc::clone(database));
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
    let (statuses, ()) = tokio::join!(asking, open);
    assert!(statuses.iter().all(|status| *status == RegistrationStatus::Waiting));
    assert_eq!(first.await.unwrap(), RegistrationStatus::Waiting);
    assert_eq!(*database.queries.lock().unwrap(), [1, 100]);
}

#[tokio::test]
async fn who_waits_hears_of_the_outcome() {
    let database = Database::new(1_000);
    let lookups = start(&database);
    let id = RegistrationId::generate();
    assert_eq!(lookups.current(id).await, RegistrationStatus::Waiting);
    let waiting = lookups.changed(id, None);
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
    assert_eq!(lookups.current(id).await, RegistrationStatus::Unreadable);
    let waiting = tokio::spawn({
        let lookups = lookups.clone();
        async move { lookups.changed(id, None).await }
    });
    assert_eq!(lookups.current(id).await, RegistrationStatus::Unreadable);
    database.register(id);
    *database.is_down.lock().unwrap() = false;
    assert_eq!(waiting.await.unwrap().outcome, Outcome::Registered);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_hangs_delays_no_client_and_is_asked_only_once() {
    let database = Database::new(0);
    let lookups = start(&database);
    let asked = Instant::now();
    for _ in 0..100 {
        assert_eq!(
            lookups.current(RegistrationId::generate()).await,
            RegistrationStatus::Unreadable
        );
    }
    assert!(asked.elapsed() < 2 * TIMEOUT, "only the first waits");
    assert_eq!(database.queries.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn the_task_ends_with_its_last_handle() {
    let (lookups, task) = Lookups::new(Database::new(0));
    let running = tokio::spawn(task.run());
    drop(lookups);
    running.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_final_is_read_once_and_what_is_on_hold_each_time() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let id = RegistrationId::generate();
    database.decide(id, Outcome::OnHold(HoldReason::RefusedByDatabase));
    for _ in 0..2 {
        let outcome = lookups.current(id).await.decision().unwrap().outcome;
        assert_eq!(outcome, Outcome::OnHold(HoldReason::RefusedByDatabase));
    }
    database.register(id);
    for _ in 0..3 {
        let outcome = lookups.current(id).await.decision().unwrap().outcome;
        assert_eq!(outcome, Outcome::Registered);
    }
    assert_eq!(database.queries(), [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn many_who_wait_for_one_registration_cost_one_look_up_a_tick() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let id = RegistrationId::generate();
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            tokio::spawn({
                let lookups = lookups.clone();
                async move { lookups.changed(id, None).await }
            })
        })
        .collect();
    sleep(TICK * 5 / 2).await;
    assert_eq!(database.queries(), [1, 1]);
    database.register(id);
    for decision in join_all(waiting).await {
        assert_eq!(decision.unwrap().outcome, Outcome::Registered);
    }
    sleep(TICK * 10).await;
    assert_eq!(database.queries(), [1, 1, 1], "nothing is read for a client that has its answer");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_gone_costs_nothing() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let waiting = lookups.changed(RegistrationId::generate(), None);
    assert!(tokio::time::timeout(TICK / 2, waiting).await.is_err());
    sleep(TICK * 10).await;
    assert!(database.queries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_was_seen_is_no_news_and_the_next_one_is() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let id = RegistrationId::generate();
    database.decide(id, Outcome::OnHold(HoldReason::RefusedByDatabase));
    let seen = lookups.current(id).await.decision().copied();
    let (next, ()) = tokio::join!(lookups.changed(id, seen), async {
        sleep(TICK * 5).await;
        database.register(id);
    });
    assert_eq!(next.outcome, Outcome::Registered);
}

#[tokio::test(start_paused = true)]
async fn a_query_is_bounded_and_the_rest_goes_with_the_next() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let waiting: Vec<_> = (0..BATCH_LIMIT + 5)
        .map(|_| {
            tokio::spawn({
                let lookups = lookups.clone();
                async move { lookups.changed(RegistrationId::generate(), None).await }
            })
        })
        .collect();
    sleep(TICK * 3 / 2).await;
    assert_eq!(database.queries(), [BATCH_LIMIT, 5]);
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_waits_is_a_standstill_until_something_is_decided_and_a_probe_is_none() {
    let database = Database::new(Semaphore::MAX_PERMITS);
    let lookups = start(&database);
    let [first, second] = [RegistrationId::generate(), RegistrationId::generate()];
    let takes = async |seconds| {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        lookups.estimate.takes(Duration::ZERO).as_secs()
    };
    assert!(lookups.can_read().await);
    assert_eq!(takes(10).await, 0);
    assert_eq!(lookups.current(first).await, RegistrationStatus::Waiting);
    assert_eq!(takes(10).await, 10);
    database.register(second);
    assert!(matches!(lookups.current(second).await, RegistrationStatus::Decided(_)));
    assert_eq!(takes(10).await, 0);
}
