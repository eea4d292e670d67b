use std::time::Duration;

use registrar_domain::{FailedRow, ImportId};
use registrar_storage::{FAILED_ROWS_KEPT, ImportCounts, ImportEntryContent, ProcessedRows};
use sqlx::Row as _;

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
    let rows = ProcessedRows { first_row: 2, is_whole: true, valid: Vec::new(), invalid: failed };
    let expected = ImportCounts { invalid: 500, ..Default::default() };
    let entry = file.entry(ImportEntryContent::Rows(rows));
    assert_eq!(fixture.record(entry.clone()).await, Some(expected));
    assert_eq!(fixture.record(entry).await, None);
    assert_eq!(file.failed(&fixture).await.len(), 500);
}

/// As a message of another client may have it.
#[tokio::test]
async fn rows_with_one_number_are_all_counted_and_the_first_is_named() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(5..=5);
    let mut chunk = processed(true, &rows, &[on_hold()]);
    chunk.invalid = vec![invalid(5), invalid(6), invalid(6)];
    let counts = ImportCounts { invalid: 3, on_hold: 1, ..Default::default() };
    let entry = file.entry(ImportEntryContent::Rows(chunk));
    assert_eq!(fixture.record(entry).await, Some(counts));
    let failed = [5, 6].map(|row| (row, "invalid_email".to_owned()));
    assert_eq!(file.failed(&fixture).await, failed);
}

#[tokio::test]
async fn failed_rows_that_are_too_long_for_one_statement_are_recorded_in_several() {
    let (fixture, file) = (Fixture::new().await, File::new());
    // As max_allowed_packet would: statements of more than one row are refused.
    fixture
        .sql(
            "CREATE TRIGGER t BEFORE INSERT ON import_errors FOR EACH ROW \
             IF @registrar_now <=> NOW(6) THEN \
                 SET @registrar_now = NULL; \
                 SIGNAL SQLSTATE '08S01' SET MYSQL_ERRNO = 1153, MESSAGE_TEXT = 'too long'; \
             ELSE SET @registrar_now = NOW(6); END IF",
        )
        .await;
    let invalid = (2..=9).map(invalid).collect();
    let chunk = ProcessedRows { first_row: 2, is_whole: true, valid: Vec::new(), invalid };
    let counts = ImportCounts { invalid: 8, ..Default::default() };
    assert_eq!(fixture.record(file.entry(ImportEntryContent::Rows(chunk))).await, Some(counts));
    assert_eq!(file.failed(&fixture).await.len(), 8);
}

#[tokio::test]
async fn a_failed_row_that_the_table_refuses_is_counted_and_costs_its_neighbours_nothing() {
    let (fixture, file) = (Fixture::new().await, File::new());
    fixture.sql("ALTER TABLE import_errors ADD CONSTRAINT c CHECK (import_row <> 7)").await;
    let invalid = (2..=9).map(invalid).collect();
    let chunk = ProcessedRows { first_row: 2, is_whole: true, valid: Vec::new(), invalid };
    let counts = ImportCounts { invalid: 8, ..Default::default() };
    assert_eq!(fixture.record(file.entry(ImportEntryContent::Rows(chunk))).await, Some(counts));
    let rows: Vec<_> = file.failed(&fixture).await.into_iter().map(|(row, _)| row).collect();
    assert_eq!(rows, [2, 3, 4, 5, 6, 8, 9]);
}

/// An import may have a million invalid rows, and is read once a second.
#[tokio::test]
async fn what_is_on_hold_is_found_by_an_index() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let invalid = (3..=502).map(invalid).collect();
    let mut chunk = processed(true, &file.rows(2..=2), &[on_hold()]);
    chunk.invalid = invalid;
    fixture.record(file.entry(ImportEntryContent::Rows(chunk))).await;
    fixture.sql("ANALYZE TABLE import_errors").await;
    let held = "EXPLAIN FORMAT=TRADITIONAL SELECT registration_id FROM import_errors \
                WHERE import_id = ? AND kind = 'on_hold'";
    let query = sqlx::query(held).bind(file.id.as_bytes().to_vec());
    let plan = query.fetch_one(&fixture.admin).await.unwrap();
    assert_eq!(plan.get::<Option<String>, _>("key").as_deref(), Some("import_errors_kind"));
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
