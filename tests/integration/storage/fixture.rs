//! A database for each test, with a store on it and a connection beside the store.

use std::slice::from_ref;

use registrar_domain::{Outcome, Registration, RegistrationId, RejectionCode, Student};
use registrar_local::{MariaDb, TestDatabase, TestServers};
use registrar_storage::{
    DatabaseSettings, DatabaseUrl, DeadLetter, MySqlStore, Pool, RegistrationStore as _,
    StorageError, Verdict, migrate,
};
use registrar_tests::wait::{TIMEOUT, until};
use registrar_tests::{held_statements, process_list};
use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::task::JoinHandle;
use tokio::time::timeout;

pub(super) const REGISTERED: Outcome = Outcome::Registered;
pub(super) const EMAIL_TAKEN: Outcome = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);

pub(super) struct Fixture {
    pub(super) store: MySqlStore,
    pub(super) pool: Pool,
    pub(super) settings: DatabaseSettings,
    /// Connections to the database beside the store.
    pub(super) admin: MySqlPool,
    /// The database's address.
    pub(super) url: String,
    /// Dropped with the fixture.
    _database: Option<TestDatabase>,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut DatabaseSettings)) -> Self {
        let fixture = Self::without_tables(change).await;
        migrate(&fixture.settings).await.unwrap();
        fixture
    }

    pub(super) async fn without_tables(change: impl FnOnce(&mut DatabaseSettings)) -> Self {
        let database = TestServers::shared().unwrap().create_database().unwrap();
        let fixture = Self::at(database.url(), change).await;
        Self { _database: Some(database), ..fixture }
    }

    /// On a server of its own, which must outlive it.
    pub(super) async fn on(server: &MariaDb) -> Self {
        server.admin().create_database("registrar").unwrap();
        let fixture = Self::at(server.admin().database_url("registrar"), |_| {}).await;
        migrate(&fixture.settings).await.unwrap();
        fixture
    }

    async fn at(url: String, change: impl FnOnce(&mut DatabaseSettings)) -> Self {
        let mut settings = settings(&url);
        change(&mut settings);
        let pool = Pool::new(&settings);
        let store = MySqlStore::new(pool.clone());
        let admin = MySqlPool::connect(&url).await.unwrap();
        Self { store, pool, settings, admin, url, _database: None }
    }

    pub(super) async fn sql(&self, statement: &str) {
        self.admin.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
    }

    pub(super) async fn count(&self, table_and_condition: &str) -> i64 {
        let query = format!("SELECT COUNT(*) FROM {table_and_condition}");
        sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&self.admin).await.unwrap()
    }

    /// How many rows there are in `students` and `rejections`, and how many of the others are on hold
    /// in `dead_letters`.
    pub(super) async fn counts(&self) -> (i64, i64, i64) {
        (
            self.count("students").await,
            self.count("rejections").await,
            self.count(
                "dead_letters WHERE state = 'held' AND registration_id NOT IN \
                 (SELECT registration_id FROM students \
                  UNION SELECT registration_id FROM rejections)",
            )
            .await,
        )
    }

    /// Stores in a task, and again for as long as it is delayed.
    pub(super) fn store_in_background(
        &self,
        registration: Registration,
    ) -> JoinHandle<Result<Vec<Verdict>, StorageError>> {
        let store = self.store.clone();
        tokio::spawn(async move {
            loop {
                let stored = store.store(from_ref(&registration)).await;
                if !matches!(stored.as_deref(), Ok([Verdict::Delayed(_)])) {
                    return stored;
                }
            }
        })
    }

    pub(super) async fn store(&self, batch: &[Registration]) -> Vec<Verdict> {
        self.store.store(batch).await.unwrap()
    }

    /// Inserts the student in a transaction that is left open: an insert of the same e-mail
    /// address waits for it to end.
    pub(super) async fn lock_email(&self, registration: &Registration) -> MySqlConnection {
        let mut connection = self.locked_by("DO 0").await;
        let student = &registration.student;
        sqlx::query(
            "INSERT INTO students (registration_id, first_name, last_name, email, email_key) \
             VALUES (?, '', '', ?, ?)",
        )
        .bind(RegistrationId::generate().as_bytes().to_vec())
        .bind(student.email().as_str())
        .bind(student.email().key())
        .execute(&mut connection)
        .await
        .unwrap();
        // The list of processes may still show the statement before.
        connection.execute("DO 0").await.unwrap();
        connection
    }

    /// Inserts of students named `Slow` wait on the server until what is returned is dropped.
    pub(super) async fn hold_slow_inserts(&self) -> MySqlConnection {
        self.hold("INSERT ON students", "NEW.first_name = 'Slow'").await
    }

    /// Statements that do this to rows like these wait on the server until what is returned is dropped.
    pub(super) async fn hold(&self, event: &str, rows: &str) -> MySqlConnection {
        held_statements::hold(&self.admin, event, rows).await
    }

    /// Waits until one is held, and returns its connection's id.
    pub(super) async fn held(&self) -> u64 {
        let held = async || held_statements::held(&self.admin).await.first().copied();
        until("a statement is held", held).await
    }

    /// Runs the statement in a transaction that is left open.
    pub(super) async fn locked_by(&self, statement: &str) -> MySqlConnection {
        let mut connection = self.admin.acquire().await.unwrap().detach();
        connection.execute("BEGIN").await.unwrap();
        connection.execute(AssertSqlSafe(statement.to_owned())).await.unwrap();
        connection
    }

    /// Waits until a statement that begins like this runs or waits in this database, and returns
    /// its connection's id.
    pub(super) async fn connection_that_runs(&self, statement: &str) -> u64 {
        until("the statement runs", async || {
            process_list::connections_that_run(&self.admin, statement).await.first().copied()
        })
        .await
    }
}

pub(super) fn settings(url: &str) -> DatabaseSettings {
    DatabaseSettings::new(DatabaseUrl::parse(url).unwrap())
}

pub(super) fn student(first_name: &str, email: &str) -> Registration {
    registration(RegistrationId::generate(), first_name, email)
}

pub(super) fn registration(id: RegistrationId, first_name: &str, email: &str) -> Registration {
    Registration::now(id, Student::parse(first_name, "Lovelace", email).unwrap())
}

/// MySQL's number for a lock that another transaction held for too long.
const LOCK_WAIT_TIMEOUT: Option<u16> = Some(1205);

/// Stores a batch, and again while another transaction is in its way: on a server that stalls, any may
/// be for the second that a statement waits for a lock.
pub(super) async fn store_when_unlocked(
    store: &MySqlStore,
    batch: &[Registration],
) -> Vec<Verdict> {
    store_despite(store, batch, |error| error.code() == LOCK_WAIT_TIMEOUT).await
}

/// Stores a batch, and again after errors like these, or while some of it is delayed.
pub(super) async fn store_despite(
    store: &MySqlStore,
    batch: &[Registration],
    is_expected: impl Fn(&StorageError) -> bool,
) -> Vec<Verdict> {
    let is_delayed = |verdict: &Verdict| matches!(verdict, Verdict::Delayed(_));
    let storing = async {
        loop {
            match store.store(batch).await {
                Ok(verdicts) if !verdicts.iter().any(is_delayed) => return verdicts,
                Ok(_) => {}
                Err(error) => assert!(is_expected(&error), "{error:?}"),
            }
        }
    };
    timeout(TIMEOUT, storing).await.expect("the batch is stored in time")
}

/// The same for what goes on hold.
pub(super) async fn hold_when_unlocked(store: &MySqlStore, dead_letters: &[DeadLetter]) {
    let holding = async {
        while let Err(error) = store.hold(dead_letters).await {
            assert_eq!(error.code(), LOCK_WAIT_TIMEOUT, "{error}");
        }
    };
    timeout(TIMEOUT, holding).await.expect("the dead letters are on hold in time");
}

/// Decided by this attempt.
pub(super) fn newly(outcome: Outcome) -> Verdict {
    Verdict::Decided { outcome, is_fresh: true }
}

/// What it waits for.
pub(super) fn delayed(verdict: &Verdict) -> StorageError {
    let Verdict::Delayed(error) = verdict else { panic!("{verdict:?}") };
    error.clone()
}

pub(super) fn outcomes(verdicts: &[Verdict]) -> Vec<Outcome> {
    let outcome = |verdict: &Verdict| match verdict {
        Verdict::Decided { outcome, .. } => *outcome,
        other => panic!("{other:?}"),
    };
    verdicts.iter().map(outcome).collect()
}

/// Decided before.
pub(super) fn already(outcome: Outcome) -> Verdict {
    Verdict::Decided { outcome, is_fresh: false }
}
