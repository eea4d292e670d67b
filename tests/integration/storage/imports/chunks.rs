use std::time::Duration;

use registrar_storage::{ImportCounts, ImportEntryContent, ProcessedRows, RegistrationStore as _};
use sqlx::Row as _;

use super::super::fixture::{EMAIL_TAKEN, Fixture, newly, student};
use super::{File, invalid, on_hold, processed};

fn counts(registered: u64, unchanged: u64, rejected: u64) -> ImportCounts {
    ImportCounts { registered, unchanged, rejected, ..Default::default() }
}

#[tokio::test]
async fn a_chunk_that_comes_again_is_counted_once() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=501);
    assert_eq!(fixture.import(&file, &rows).await, Some(counts(500, 0, 0)));
    assert_eq!(fixture.import(&file, &rows).await, None);
    assert_eq!(file.counts(&fixture).await, counts(500, 0, 0));
    assert_eq!(fixture.counts().await, (500, 0, 0));
    let of_file = "students WHERE import_id IS NOT NULL AND import_row BETWEEN 2 AND 501";
    assert_eq!(fixture.count(of_file).await, 500);
}

#[tokio::test]
async fn rows_that_were_stored_by_an_attempt_that_was_cut_off_are_registered_and_not_unchanged() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=4);
    fixture.store(&rows[..2]).await;
    assert_eq!(fixture.import(&file, &rows).await, Some(counts(3, 0, 0)));
}

#[tokio::test]
async fn what_the_same_importer_registered_with_the_same_content_is_unchanged() {
    let (fixture, file, again) = (Fixture::new().await, File::new(), File::new());
    fixture.import(&file, &file.rows(2..=4)).await;
    assert_eq!(fixture.import(&again, &again.rows(2..=5)).await, Some(counts(1, 3, 0)));
    assert_eq!(file.counts(&fixture).await, counts(3, 0, 0));
    assert_eq!(again.failed(&fixture).await, []);
}

#[tokio::test]
async fn duplicates_are_named_by_the_row_of_the_same_file_and_never_by_another_importers() {
    let (fixture, file) = (Fixture::new().await, File::new());
    fixture.store(&[student("Eve", "taken@example.com")]).await;
    let other = File::sent_by("south-school");
    fixture.import(&other, &[other.row(9, "Ada", "south@example.com")]).await;
    let rows = [
        file.row(2, "Ada", "ada@example.com"),
        file.row(3, "Ada", "ADA@example.com"),
        file.row(4, "Eda", "ada@example.com"),
        file.row(5, "Ada", "taken@example.com"),
        file.row(6, "Ada", "south@example.com"),
    ];
    assert_eq!(fixture.import(&file, &rows).await, Some(counts(1, 0, 4)));
    let failed = super::imports(&fixture).errors(file.id, 0, 10).await.unwrap();
    let codes = failed.iter().map(|one| (one.row, &*one.errors[0].code));
    assert_eq!(
        codes.collect::<Vec<_>>(),
        [
            (3, "same_as_row"),
            (4, "email_of_row"),
            (5, "email_already_registered"),
            (6, "email_already_registered"),
        ]
    );
    assert!(failed[0].errors[0].advice.contains("row 2 of this file"));
    assert!(failed[1].errors[0].advice.contains("Row 2 of this file"));
    assert_eq!(failed[1].values, ["Eda", "Lovelace", "ada@example.com"]);
    assert_eq!(failed[1].errors[0].column.as_deref(), Some("email"));
}

#[tokio::test]
async fn a_duplicate_is_named_also_across_chunks_and_the_same_in_each_delivery() {
    let (fixture, file) = (Fixture::new().await, File::new());
    fixture.import(&file, &[file.row(2, "Ada", "ada@example.com")]).await;
    let second = [file.row(502, "Ada", "ada@example.com"), file.row(503, "Eda", "ada@example.com")];
    fixture.store(&second).await;
    assert_eq!(fixture.import(&file, &second).await, Some(counts(0, 0, 2)));
    let expected = [(502, "same_as_row".to_owned()), (503, "email_of_row".to_owned())];
    assert_eq!(file.failed(&fixture).await, expected);
    assert_eq!(file.counts(&fixture).await, counts(1, 0, 2));
}

#[tokio::test]
async fn messages_of_one_batch_are_counted_together_and_what_comes_twice_once() {
    let (fixture, file, other) = (Fixture::new().await, File::new(), File::new());
    let chunks: Vec<_> = [2, 102, 202].map(|first| file.rows(first..=first + 99)).into();
    fixture.import(&file, &chunks[0]).await;
    let of_other = [other.row(2, "Eda", "eda@example.com")];
    let rows = [&chunks[..], &[chunks[2].clone(), of_other.to_vec()]].concat();
    let verdicts = fixture.store(&rows.concat()).await;
    let mut verdicts = verdicts.as_slice();
    let mut entries: Vec<_> = vec![file.entry(ImportEntryContent::Manifest(super::manifest(300)))];
    for rows in &rows {
        let (of_chunk, others) = verdicts.split_at(rows.len());
        verdicts = others;
        let sender = if rows.len() == 1 { &other } else { &file };
        entries.push(sender.chunk(rows, of_chunk));
    }
    let recorded = fixture.store.record_imports(entries).await.unwrap();
    let (hundred, one) = (Some(counts(100, 0, 0)), Some(counts(1, 0, 0)));
    assert_eq!(recorded, [None, None, hundred, hundred, None, one]);
    assert_eq!(file.counts(&fixture).await, counts(300, 0, 0));
    assert_eq!(file.found(&fixture).await.manifest.unwrap().rows, 300);
    assert_eq!(other.counts(&fixture).await, counts(1, 0, 0));
    assert_eq!(fixture.count("import_chunks").await, 4);
}

#[tokio::test]
async fn workers_that_record_some_of_the_same_messages_at_once_count_each_once() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let mut entries = Vec::new();
    for first in (2..=302).step_by(100) {
        let rows = file.rows(first..=first + 99);
        entries.push(file.chunk(&rows, &fixture.store(&rows).await));
    }
    let (first, second) = tokio::join!(
        fixture.store.record_imports(entries[..3].to_vec()),
        fixture.store.record_imports(entries[1..].to_vec()),
    );
    let both = [first.unwrap(), second.unwrap()].concat();
    assert_eq!(both.iter().flatten().count(), 4, "{both:?}");
    assert_eq!(file.counts(&fixture).await, counts(400, 0, 0));
}

/// A file of a million rows is recorded as two thousand chunks.
#[tokio::test]
async fn what_is_recorded_of_chunks_is_found_by_an_index() {
    let (fixture, file) = (Fixture::new().await, File::new());
    for row in 2..=101 {
        fixture.import(&file, &file.rows(row..=row)).await;
    }
    fixture.sql("ANALYZE TABLE import_chunks").await;
    for (chunks, after_last) in [("(?,?)", 3), ("(?,?),(?,?)", 4)] {
        let explain = sqlx::AssertSqlSafe(format!(
            "EXPLAIN FORMAT=TRADITIONAL SELECT import_id, first_row, part FROM import_chunks \
             WHERE (import_id, first_row) IN ({chunks})"
        ));
        let query = sqlx::query(explain);
        let query = (2_u32..after_last)
            .fold(query, |query, row| query.bind(file.id.as_bytes().to_vec()).bind(row));
        let plan = query.fetch_one(&fixture.admin).await.unwrap();
        assert_eq!(plan.get::<Option<String>, _>("key_len").as_deref(), Some("20"), "{chunks}");
    }
}

#[tokio::test]
async fn a_whole_chunk_counts_for_its_parts() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=4);
    let verdicts = fixture.store(&rows).await;
    for row in 0..2 {
        let (rows, verdicts) = (&rows[row..=row], &verdicts[row..=row]);
        let part = ProcessedRows { first_row: 2, ..processed(false, rows, verdicts) };
        fixture.record(file.entry(ImportEntryContent::Rows(part))).await;
    }
    let failed =
        ProcessedRows { first_row: 2, invalid: vec![invalid(5), invalid(9)], ..Default::default() };
    let invalid_rows = file.entry(ImportEntryContent::Rows(failed));
    let of_invalid = ImportCounts { invalid: 2, ..Default::default() };
    assert_eq!(fixture.record(invalid_rows.clone()).await, Some(of_invalid));
    assert_eq!(fixture.record(invalid_rows).await, None);
    assert_eq!(file.counts(&fixture).await, ImportCounts { registered: 2, ..of_invalid });

    let mut whole = processed(true, &rows, &fixture.store(&rows).await);
    whole.invalid = vec![invalid(5), invalid(9)];
    fixture.record(file.entry(ImportEntryContent::Rows(whole))).await;
    assert_eq!(file.counts(&fixture).await, ImportCounts { registered: 3, ..of_invalid });
}

#[tokio::test]
async fn what_is_released_from_hold_is_counted_as_what_it_became() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = file.rows(2..=5);
    let verdicts = vec![on_hold(); 4];
    let held = ImportCounts { on_hold: 4, ..Default::default() };
    assert_eq!(fixture.record(file.chunk(&rows, &verdicts)).await, Some(held));
    assert_eq!(file.counts(&fixture).await, held);

    // Replayed: registered by its row, by another upload of the same importer, and rejected.
    fixture.store(&rows[..1]).await;
    let again = File::new();
    fixture.import(&again, &again.rows(3..=3)).await;
    fixture.store(&[student("Eve", "4@example.com")]).await;
    assert_eq!(fixture.store(&rows[2..3]).await, [newly(EMAIL_TAKEN)]);
    let expected = ImportCounts { on_hold: 1, ..counts(1, 1, 1) };
    assert_eq!(file.counts(&fixture).await, expected);
    let failed = [(4, "email_already_registered".to_owned()), (5, "on_hold".to_owned())];
    assert_eq!(file.failed(&fixture).await, failed);

    fixture.store.delete_failed_rows(Duration::ZERO).await.unwrap();
    assert_eq!(fixture.count("import_errors WHERE given <> '' OR errors <> ''").await, 0);
    assert_eq!(file.failed(&fixture).await, []);
    assert_eq!(file.counts(&fixture).await, expected, "what they count is kept");
    fixture.store(&rows[3..]).await;
    assert_eq!(file.counts(&fixture).await, counts(2, 1, 1));
}

#[tokio::test]
async fn what_is_rejected_after_it_was_on_hold_is_named_as_if_it_had_not_been() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let rows = [
        file.row(2, "Ada", "ada@example.com"),
        file.row(3, "Ada", "ADA@example.com"),
        file.row(4, "Eda", "ada@example.com"),
        file.row(5, "Eda", "eda@example.com"),
    ];
    fixture.store(&[student("Eve", "eda@example.com")]).await;
    fixture.record(file.chunk(&rows, &vec![on_hold(); 4])).await;
    fixture.store(&rows).await;
    assert_eq!(file.counts(&fixture).await, counts(1, 0, 3));
    let failed = super::imports(&fixture).errors(file.id, 0, 10).await.unwrap();
    let codes = failed.iter().map(|one| (one.row, &*one.errors[0].code));
    let expected = [(3, "same_as_row"), (4, "email_of_row"), (5, "email_already_registered")];
    assert_eq!(codes.collect::<Vec<_>>(), expected);
    assert!(failed[0].errors[0].advice.contains("row 2 of this file"));
    assert!(failed[1].errors[0].advice.contains("Row 2 of this file"));
}
