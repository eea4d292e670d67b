use std::collections::BTreeMap;

use registrar_domain::{HoldReason, Lane, Outcome, Registration, RejectionCode};
use registrar_storage::{DeadLetter, ImportCounts, ImportEntryContent, RegistrationStore as _};
use sqlx::Executor as _;

use super::super::fixture::{Fixture, REGISTERED, already, newly, store_when_unlocked, student};
use super::{File, on_hold};

const CANCELLED: Outcome = Outcome::Rejected(RejectionCode::ImportCancelled);

#[tokio::test]
async fn what_is_not_registered_when_an_import_is_cancelled_is_rejected() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=5);
    fixture.store(&rows[..1]).await;
    for _again in 0..2 {
        fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    }
    let verdicts = fixture.store(&rows).await;
    assert_eq!(verdicts[0], already(REGISTERED));
    assert_eq!(verdicts[1..], vec![newly(CANCELLED); 3]);
    fixture.record(file.chunk(&rows, &verdicts)).await;
    let expected = ImportCounts { registered: 1, rejected: 3, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, expected);
    assert_eq!(fixture.counts().await, (1, 0, 0), "nothing stands in the way of a later upload");
    let cancelled = [3, 4, 5].map(|row| (row, "import_cancelled".to_owned()));
    assert_eq!(file.failed(&fixture).await, cancelled);
    assert!(file.found(&fixture).await.cancelled_at.is_some());
}

#[tokio::test]
async fn a_later_upload_registers_what_was_cancelled_also_in_the_same_batch() {
    let (fixture, file, again) = (Fixture::new().await, File::new(), File::new());
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    let (cancelled, later) = (file.rows(2..=3), again.rows(3..=4));
    let batch = [cancelled.clone(), later.clone(), vec![student("Eve", "eve@example.com")]];
    let verdicts = fixture.store(&batch.concat()).await;
    assert_eq!(
        verdicts,
        [
            newly(CANCELLED),
            already(REGISTERED),
            newly(REGISTERED),
            newly(REGISTERED),
            newly(REGISTERED)
        ]
    );
    fixture.record(file.chunk(&cancelled, &verdicts[..2])).await;
    fixture.record(again.chunk(&later, &verdicts[2..4])).await;
    let unchanged = ImportCounts { unchanged: 1, rejected: 1, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, unchanged);
    let registered = ImportCounts { registered: 2, ..Default::default() };
    assert_eq!(again.counts(&fixture).await, registered);
}

/// The importer gave it up, and an operator did not.
#[tokio::test]
async fn what_is_replayed_from_hold_is_registered_though_its_import_was_cancelled() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=3);
    fixture.record(file.chunk(&rows, &vec![on_hold(); 2])).await;
    fixture.store.hold(&[dead_letter(&rows[0])]).await.unwrap();
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    fixture.sql("UPDATE dead_letters SET state = 'replayed'").await;
    assert_eq!(fixture.store(&rows).await, [newly(REGISTERED), newly(CANCELLED)]);
    let expected = ImportCounts { registered: 1, on_hold: 1, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, expected);
}

/// Its row is in a later upload, and has the same id there.
#[tokio::test]
async fn what_an_operator_discarded_is_cancelled_with_its_import() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=2);
    fixture.store.hold(&[dead_letter(&rows[0])]).await.unwrap();
    fixture.sql("UPDATE dead_letters SET state = 'discarded'").await;
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    assert_eq!(fixture.store(&rows).await, [newly(CANCELLED)]);
}

/// Of an attempt that was abandoned, or of a worker whose connection to RabbitMQ broke.
#[tokio::test]
async fn a_statement_that_still_runs_when_an_import_is_cancelled_is_waited_for() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=3);
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    let mut running = fixture.locked_by("DO 0").await;
    sqlx::query(
        "INSERT INTO students \
         (registration_id, first_name, last_name, email, email_key, import_id, import_row) \
         VALUES (?, 'Ada', 'Lovelace', '2@example.com', '2@example.com', ?, 2)",
    )
    .bind(rows[0].id.as_bytes().to_vec())
    .bind(file.id.as_bytes().to_vec())
    .execute(&mut running)
    .await
    .unwrap();
    let (store, batch) = (fixture.store.clone(), rows.clone());
    let storing = tokio::spawn(async move { store_when_unlocked(&store, &batch).await });
    fixture.connection_that_runs("SELECT registration_id FROM students").await;
    running.execute("COMMIT").await.unwrap();
    let verdicts = storing.await.unwrap();
    assert_eq!(verdicts, [already(REGISTERED), newly(CANCELLED)]);
    fixture.record(file.chunk(&rows, &verdicts)).await;
    let expected = ImportCounts { registered: 1, rejected: 1, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, expected);
}

fn dead_letter(registration: &Registration) -> DeadLetter {
    DeadLetter {
        registration_id: Some(registration.id),
        message_id: None,
        payload: Vec::new(),
        headers: BTreeMap::new(),
        lane: Some(Lane::Bulk),
        reason: HoldReason::RefusedByDatabase,
        fingerprint: "mysql_4025".to_owned(),
        attempts: 1,
        accepted_at: None,
    }
}

#[tokio::test]
async fn what_was_recorded_before_stays_as_it_is() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=5);
    let counts = fixture.import(&file, &rows).await.unwrap();
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    assert_eq!(fixture.import(&file, &rows).await, None);
    assert_eq!(file.counts(&fixture).await, counts);
}
