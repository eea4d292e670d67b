//! Statements that do not end as they should.

use std::slice::from_ref;
use std::time::Duration;

use registrar_storage::{ErrorClass, MySqlStore, Pool, PoolConnections, RegistrationStore as _};
use registrar_tests::wait::{TIMEOUT, until};
use tokio::time::timeout;

use super::fixture::{
    EMAIL_TAKEN, Fixture, REGISTERED, already, delayed, newly, outcomes, settings, student,
};
use super::silencer::{Silencer, address_in};

/// A pool whose statements soon take too long: for those that are held.
fn with_short_timeout(fixture: &Fixture) -> Pool {
    let mut settings = fixture.settings.clone();
    settings.statement_timeout = Duration::from_millis(500);
    Pool::new(&settings)
}

#[tokio::test]
async fn a_statement_over_its_time_is_in_doubt_and_its_connection_is_closed() {
    let fixture = Fixture::new().await;
    let pool = with_short_timeout(&fixture);
    let slow = student("Slow", "slow@example.com");
    let lock = fixture.hold_slow_inserts().await;
    let verdicts = MySqlStore::new(pool.clone()).store(from_ref(&slow)).await.unwrap();
    let error = delayed(&verdicts[0]);
    assert_eq!(error.class(), ErrorClass::Transient);
    assert_eq!((error.fingerprint(), error.code()), ("statement_timeout", None));
    assert_eq!(pool.connections(), PoolConnections { in_use: 0, idle: 0 });
    // The server does not know that no client waits any more, and inserts the row in the end.
    drop(lock);
    until("the row is there", async || (fixture.count("students").await == 1).then_some(())).await;
    assert_eq!(fixture.store(from_ref(&slow)).await, [already(REGISTERED)]);
    assert_eq!(fixture.counts().await, (1, 0, 0));
}

#[tokio::test]
async fn a_statement_that_is_executed_long_after_it_was_abandoned_changes_no_outcome() {
    let fixture = Fixture::new().await;
    let (ada, owner) = (student("Ada", "ada@example.com"), student("Owner", "ada@example.com"));
    for (first, outcome) in [(&ada, REGISTERED), (&owner, EMAIL_TAKEN)] {
        fixture.sql("DELETE FROM students").await;
        // In the INSERT's values, after it was prepared.
        let proxy = Silencer::start(address_in(&fixture.url), b"ada@example.com").await;
        let mut settings = settings(&proxy.url(&fixture.url));
        settings.statement_timeout = Duration::from_secs(1);
        let store = MySqlStore::new(Pool::new(&settings));
        let error = delayed(&store.store(from_ref(&ada)).await.unwrap()[0]);
        assert_eq!(error.fingerprint(), "statement_timeout");
        // Meanwhile another worker stores the same message, or another registration has the address.
        assert_eq!(fixture.store(from_ref(first)).await, [newly(REGISTERED)]);
        assert_eq!(outcomes(&fixture.store(from_ref(&ada)).await), [outcome]);
        let before = fixture.counts().await;
        proxy.deliver_late().await;
        assert_eq!(fixture.counts().await, before);
        assert_eq!(fixture.store(from_ref(&ada)).await, [already(outcome)]);
    }
}

#[tokio::test]
async fn a_statement_that_does_not_end_on_the_server_keeps_no_other_batch_waiting() {
    let mut fixture = Fixture::new().await;
    fixture.store = MySqlStore::new(with_short_timeout(&fixture));
    let lock = fixture.hold_slow_inserts().await;
    let slow = student("Slow", "slow@example.com");
    delayed(&fixture.store(from_ref(&slow)).await[0]);
    for number in 0..10 {
        let other = student("Ada", &format!("{number}@example.com"));
        let stored = timeout(TIMEOUT, fixture.store_in_background(other)).await.unwrap();
        assert_eq!(outcomes(&stored.unwrap().unwrap()), [REGISTERED]);
    }
    assert_eq!(fixture.counts().await, (10, 0, 0));
    // It went on: no KILL was sent for it, and no batch waited for it.
    drop(lock);
    until("it has ended", async || (fixture.count("students").await == 11).then_some(())).await;
    let stored = fixture.store_in_background(slow).await.unwrap();
    assert_eq!(stored.unwrap(), [already(REGISTERED)]);
}

#[tokio::test]
async fn a_connection_that_is_killed_in_an_insert_is_transient_and_the_next_attempt_leads_to_one_row()
 {
    let fixture = Fixture::new().await;
    for what in ["CONNECTION", "QUERY"] {
        let ada = student("Ada", &format!("{what}@example.com"));
        let mut lock = fixture.lock_email(&ada).await;
        let storing = fixture.store_in_background(ada.clone());
        let connection = fixture.connection_that_runs("INSERT INTO students").await;
        fixture.sql(&format!("KILL {what} {connection}")).await;
        let error = storing.await.unwrap().unwrap_err();
        assert_eq!(error.class(), ErrorClass::Transient, "{what}: {error}");
        sqlx::query("ROLLBACK").execute(&mut lock).await.unwrap();
        assert_eq!(fixture.store(from_ref(&ada)).await, [newly(REGISTERED)]);
    }
    assert_eq!(fixture.counts().await, (2, 0, 0));
}

#[tokio::test]
async fn a_caller_that_stops_waiting_does_not_stop_the_work() {
    let fixture = Fixture::new().await;
    let lock = fixture.hold_slow_inserts().await;
    let storing = fixture.store_in_background(student("Slow", "slow@example.com"));
    fixture.held().await;
    storing.abort();
    assert!(storing.await.unwrap_err().is_cancelled());
    drop(lock);
    until("the row is there", async || (fixture.count("students").await == 1).then_some(())).await;
    until("the connection is back", async || {
        (fixture.pool.connections() == PoolConnections { in_use: 0, idle: 1 }).then_some(())
    })
    .await;
}

#[tokio::test]
async fn an_insert_that_waits_for_another_transaction_respects_its_outcome() {
    let fixture = Fixture::new().await;
    let (ada, late) = (student("Ada", "ada@example.com"), student("Ada", "ada@example.com"));
    let mut lock = fixture.lock_email(&ada).await;
    let storing = fixture.store_in_background(late.clone());
    fixture.connection_that_runs("INSERT INTO students").await;
    sqlx::query("COMMIT").execute(&mut lock).await.unwrap();
    assert_eq!(storing.await.unwrap().unwrap(), [newly(EMAIL_TAKEN)]);
    assert_eq!(fixture.counts().await, (1, 1, 0));
}

#[tokio::test]
async fn a_read_only_server_is_transient() {
    let fixture = Fixture::new().await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW \
             SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1290, MESSAGE_TEXT = 'read only'",
        )
        .await;
    let error = fixture.store.store(&[student("Ada", "a@example.com")]).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::Transient, Some(1290)));
    assert!(error.to_string().starts_with("MySQL is read-only"), "{error}");
}

#[tokio::test]
async fn a_full_disk_is_transient_for_long() {
    let fixture = Fixture::new().await;
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW \
             SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'full'",
        )
        .await;
    let error = fixture.store.store(&[student("Ada", "a@example.com")]).await.unwrap_err();
    assert_eq!((error.class(), error.code()), (ErrorClass::SlowTransient, Some(1114)));
}

#[tokio::test]
async fn a_statement_that_is_too_long_is_split() {
    let fixture = Fixture::new().await;
    // As max_allowed_packet would: statements of more than one row are refused.
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON students FOR EACH ROW \
             IF @registrar_now <=> NOW(6) THEN \
                 SET @registrar_now = NULL; \
                 SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1153, MESSAGE_TEXT = 'too long'; \
             ELSE SET @registrar_now = NOW(6); END IF",
        )
        .await;
    let batch: Vec<_> = (0..8).map(|n| student("Ada", &format!("{n}@example.com"))).collect();
    assert_eq!(fixture.store(&batch).await, vec![newly(REGISTERED); 8]);
    assert_eq!(fixture.counts().await, (8, 0, 0));
}
