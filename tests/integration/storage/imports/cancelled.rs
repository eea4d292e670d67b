use std::collections::BTreeMap;

use registrar_domain::{HoldReason, Lane, Outcome, RejectionCode};
use registrar_storage::{DeadLetter, ImportCounts, ImportEntryContent, RegistrationStore as _};

use super::super::fixture::{Fixture, REGISTERED, already, newly, student};
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
    let dead_letter = DeadLetter {
        registration_id: Some(rows[0].id),
        message_id: None,
        payload: Vec::new(),
        headers: BTreeMap::new(),
        lane: Some(Lane::Bulk),
        reason: HoldReason::RefusedByDatabase,
        fingerprint: "mysql_4025".to_owned(),
        attempts: 1,
        accepted_at: None,
    };
    fixture.store.hold(&[dead_letter]).await.unwrap();
    fixture.record(file.entry(ImportEntryContent::Cancellation)).await;
    fixture.sql("UPDATE dead_letters SET state = 'replayed'").await;
    assert_eq!(fixture.store(&rows).await, [newly(REGISTERED), newly(CANCELLED)]);
    let expected = ImportCounts { registered: 1, on_hold: 1, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, expected);
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
