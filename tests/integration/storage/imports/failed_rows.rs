use std::time::Duration;

use registrar_domain::ImportId;
use registrar_storage::{FAILED_ROWS_KEPT, FailedRow, ImportCounts, ImportEntryContent};

use super::super::fixture::{EMAIL_TAKEN, Fixture, newly};
use super::{File, imports, invalid, on_hold, processed};

#[tokio::test]
async fn failed_rows_are_read_as_they_were_given_in_the_files_order_and_in_pages() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = [file.row(3, "Ada", "ada@example.com"), file.row(4, "Eda", "ada@example.com")];
    let mut chunk = processed(true, &rows, &fixture.store(&rows).await);
    let hard =
        FailedRow { values: ["\u{0}\"\\é𐐀", "a\nb", "'x"].map(str::to_owned), ..invalid(2) };
    chunk.invalid = vec![invalid(600), hard.clone()];
    fixture.record(file.entry(ImportEntryContent::Rows(chunk))).await;
    let imports = imports(&fixture);
    let first = imports.errors(file.id, 0, 2).await.unwrap();
    assert_eq!(first.iter().map(|one| one.row).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(first[0], hard);
    assert_eq!(imports.errors(file.id, 4, 2).await.unwrap(), [invalid(600)]);
    assert_eq!(imports.errors(file.id, 600, 2).await.unwrap(), []);
    assert_eq!(imports.errors(ImportId::generate(), 0, 2).await.unwrap(), []);
}

#[tokio::test]
async fn a_chunk_of_nothing_but_invalid_rows_is_recorded() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let failed = (2..=501).map(invalid).collect();
    let rows = registrar_storage::ProcessedRows {
        first_row: 2,
        is_whole: true,
        valid: Vec::new(),
        invalid: failed,
    };
    let expected = ImportCounts { invalid: 500, ..Default::default() };
    let entry = file.entry(ImportEntryContent::Rows(rows));
    assert_eq!(fixture.record(entry.clone()).await, Some(expected));
    assert_eq!(fixture.record(entry).await, None);
    assert_eq!(file.failed(&fixture).await.len(), 500);
}

#[tokio::test]
async fn what_an_attempt_left_that_was_cut_off_does_not_count() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=4);
    // Another worker put rows on hold, and was killed before it had recorded its counts.
    fixture.record(file.chunk(&rows, &vec![on_hold(); 3])).await;
    fixture.sql("DELETE FROM import_chunks").await;
    fixture.store(&rows[..1]).await;
    let verdicts = [newly(registrar_domain::Outcome::Registered), newly(EMAIL_TAKEN), on_hold()];
    let expected = ImportCounts { registered: 1, rejected: 1, on_hold: 1, ..Default::default() };
    assert_eq!(fixture.record(file.chunk(&rows, &verdicts)).await, Some(expected));
    assert_eq!(file.counts(&fixture).await, expected);
    let failed = [(3, "email_already_registered".to_owned()), (4, "on_hold".to_owned())];
    assert_eq!(file.failed(&fixture).await, failed);
}

#[tokio::test]
async fn workers_that_record_one_chunk_at_once_count_it_once() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=101);
    let verdicts = vec![newly(EMAIL_TAKEN); rows.len()];
    let record = || fixture.record(file.chunk(&rows, &verdicts));
    let recorded = tokio::join!(record(), record(), record(), record());
    let recorded = [recorded.0, recorded.1, recorded.2, recorded.3];
    assert_eq!(recorded.iter().flatten().count(), 1, "{recorded:?}");
    let expected = ImportCounts { rejected: 100, ..Default::default() };
    assert_eq!(file.counts(&fixture).await, expected);
    assert_eq!(file.failed(&fixture).await.len(), 100);
}

#[tokio::test]
async fn failed_rows_are_deleted_when_their_import_is_old_and_what_they_count_is_kept() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=1_500);
    for chunk in rows.chunks(500) {
        fixture.record(file.chunk(chunk, &vec![newly(EMAIL_TAKEN); chunk.len()])).await;
    }
    assert_eq!(fixture.store.delete_failed_rows(FAILED_ROWS_KEPT).await, Ok(0));
    assert_eq!(fixture.store.delete_failed_rows(Duration::ZERO).await, Ok(1_499));
    assert_eq!(file.failed(&fixture).await, []);
    assert_eq!(file.counts(&fixture).await.rejected, 1_499);
}
