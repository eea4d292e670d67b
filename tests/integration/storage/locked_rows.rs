//! Rows that are locked by another transaction.

use std::time::{Duration, Instant};

use registrar_domain::Registration;
use registrar_storage::{ErrorClass, MySqlStore, Pool, RegistrationStore as _, Verdict};
use sqlx::Executor as _;

use super::fixture::{
    EMAIL_TAKEN, Fixture, REGISTERED, already, delayed, newly, store_when_unlocked, student,
};

fn students(count: usize) -> Vec<Registration> {
    (0..count).map(|n| student("Ada", &format!("{n}@example.com"))).collect()
}

#[tokio::test]
async fn only_the_registration_with_a_locked_row_waits_and_hundreds_next_to_it_are_stored() {
    let fixture = Fixture::new().await;
    let batch = students(512);
    let mut lock = fixture.lock_email(&batch[300]).await;
    let began = Instant::now();
    let verdicts = fixture.store(&batch).await;
    assert!(began.elapsed() < fixture.settings.statement_timeout, "{:?}", began.elapsed());
    for (n, verdict) in verdicts.iter().enumerate().filter(|(n, _)| *n != 300) {
        assert_eq!(*verdict, newly(REGISTERED), "{n}");
    }
    let error = delayed(&verdicts[300]);
    assert_eq!((error.class(), error.code()), (ErrorClass::Transient, Some(1205)));
    assert_eq!(delayed(&fixture.store(&batch[300..301]).await[0]).code(), Some(1205));

    lock.execute("ROLLBACK").await.unwrap();
    assert_eq!(fixture.store(&batch[299..301]).await, [already(REGISTERED), newly(REGISTERED)]);
    assert_eq!(fixture.counts().await, (512, 0, 0));
}

#[tokio::test]
async fn several_locked_rows_wait_and_nothing_else_does() {
    let fixture = Fixture::new().await;
    let batch = students(512);
    let mut locks = Vec::new();
    for n in [3, 200, 400] {
        locks.push(fixture.lock_email(&batch[n]).await);
    }
    let verdicts = fixture.store(&batch).await;
    let waits = |n: &usize| matches!(verdicts[*n], Verdict::Delayed(_));
    assert_eq!((0..512).filter(waits).collect::<Vec<_>>(), [3, 200, 400]);
}

#[tokio::test]
async fn the_first_of_an_email_address_is_registered_also_when_it_has_to_wait() {
    let fixture = Fixture::new().await;
    let zoe = student("Zoe", "zoe@example.com");
    let (first, second) = (student("A", "ada@example.com"), student("B", "ada@example.com"));
    let batch = [first, second, zoe];
    let mut lock = fixture.lock_email(&batch[0]).await;
    let verdicts = fixture.store(&batch).await;
    for verdict in &verdicts[..2] {
        assert_eq!(delayed(verdict).code(), Some(1205));
    }
    assert_eq!(verdicts[2], newly(REGISTERED));
    lock.execute("ROLLBACK").await.unwrap();
    let again = fixture.store(&batch).await;
    assert_eq!(again, [newly(REGISTERED), newly(EMAIL_TAKEN), already(REGISTERED)]);
}

#[tokio::test]
async fn a_rejection_whose_row_is_locked_waits_alone() {
    let fixture = Fixture::new().await;
    fixture.store(&[student("Owner", "0@example.com"), student("Owner", "1@example.com")]).await;
    let batch = students(3);
    let id = batch[0].id.to_string().replace('-', "");
    let insert =
        format!("INSERT INTO rejections (registration_id, code) VALUES (X'{id}', 'locked')");
    let mut lock = fixture.locked_by(&insert).await;
    let verdicts = fixture.store(&batch).await;
    assert_eq!(delayed(&verdicts[0]).code(), Some(1205));
    assert_eq!(verdicts[1..], [newly(EMAIL_TAKEN), newly(REGISTERED)]);
    lock.execute("ROLLBACK").await.unwrap();
    assert_eq!(fixture.store(&batch[..1]).await, [newly(EMAIL_TAKEN)]);
}

#[tokio::test]
async fn a_table_that_is_altered_keeps_every_batch_waiting_until_that_is_done() {
    let fixture = Fixture::new().await;
    let mut settings = fixture.settings.clone();
    settings.statement_timeout = Duration::from_millis(200);
    let with_short_timeout = MySqlStore::new(Pool::new(&settings));
    let batch = students(512);
    let lock = fixture.locked_by("LOCK TABLES students WRITE").await;
    let error = with_short_timeout.store(&batch).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Transient);
    let alone = with_short_timeout.store(&batch[..1]).await.unwrap();
    assert_eq!(delayed(&alone[0]).class(), ErrorClass::Transient);
    drop(lock);
    // What was abandoned may be executed now, and hold some of the rows for a moment.
    let verdicts = store_when_unlocked(&fixture.store, &batch).await;
    let is_registered =
        |verdict: &Verdict| [newly(REGISTERED), already(REGISTERED)].contains(verdict);
    assert!(verdicts.iter().all(is_registered), "{verdicts:?}");
    assert_eq!(fixture.counts().await, (512, 0, 0));
}
