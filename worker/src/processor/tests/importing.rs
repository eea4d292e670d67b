//! What is recorded of imports, and when.

use registrar_domain::{FailedRow, ImportId, ImportManifest, ImportRow, Importer, RejectionCode};
use registrar_messaging::{ImportChunk, ImportContent, ImportPart};
use registrar_storage::{ImportEntryContent, ProcessedRows};

use super::*;
use crate::item::Item;

fn message(registrations: Vec<Registration>, content: ImportContent) -> Delivery {
    let (id, importer) = (ImportId::generate(), Importer::parse("north-school").unwrap());
    let from = |(row, registration): (u32, Registration)| Registration {
        import: Some(ImportRow { import: id, row }),
        ..registration
    };
    let registrations = (2..).zip(registrations).map(from).collect();
    let import = Some(ImportPart { id, importer, key: 7, file_name: None, content });
    delivery(1, Envelope { registrations, import }.encode())
}

fn chunk(registrations: Vec<Registration>) -> Delivery {
    let invalid = vec![FailedRow { row: 9, values: Default::default(), errors: Vec::new() }];
    let rows = u32::try_from(registrations.len() + invalid.len()).unwrap();
    message(registrations, ImportContent::Chunk(ImportChunk { first_row: 2, rows, invalid }))
}

fn rows(entry: &ImportEntry) -> &ProcessedRows {
    match &entry.content {
        ImportEntryContent::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

/// Runs until it is acked, or ends.
async fn run_one(delivery: Delivery, script: Script) -> (Run, Vec<ImportEntry>) {
    let deliveries = [delivery].into();
    let channel = Channel { deliveries, goes_silent: true, ..Channel::default() };
    let run = run_until_acked(channel, script, |acked| !acked.is_empty()).await;
    let entries = run.store.imports.lock().unwrap().clone();
    (run, entries)
}

#[tokio::test(start_paused = true)]
async fn a_chunk_is_recorded_with_what_became_of_each_row_before_it_is_acked() {
    let registrations = vec![registration(), registration(), registration()];
    let script = Script { refuses: Some(registrations[1].id), ..Script::default() };
    let (run, entries) = run_one(chunk(registrations), script).await;
    let rows = rows(&entries[0]);
    assert!(rows.is_whole);
    let outcomes = rows.valid.iter().map(|row| (row.row, row.outcome));
    let on_hold = Outcome::OnHold(HoldReason::RefusedByDatabase);
    let expected = [(2, Outcome::Registered), (3, on_hold), (4, Outcome::Registered)];
    assert!(outcomes.eq(expected), "{rows:?}");
    assert_eq!(rows.invalid.iter().map(|invalid| invalid.row).collect::<Vec<_>>(), [9]);
    assert_eq!(run.acked, [1]);
    let held = Envelope::decode(&run.held()[0].payload).unwrap();
    assert_eq!(held.registrations[0].import.unwrap().row, 3, "for a replay");
    let Some(ImportPart { content: ImportContent::Chunk(alone), .. }) = held.import else {
        panic!("it has lost its import");
    };
    assert!(alone.invalid.is_empty(), "these are recorded");
}

#[test]
fn invalid_rows_fill_a_batch_like_valid_ones() {
    let item = Item::read(chunk(vec![registration(), registration()]), Envelope::decode);
    assert_eq!(item.rows(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recorded_is_not_acked_but_tried_again() {
    let script = Script { import_fails: Mutex::new(2), ..Script::default() };
    let (run, entries) = run_one(chunk(vec![registration()]), script).await;
    assert_eq!(run.batch_sizes(), [1, 1, 1]);
    assert_eq!((run.acked.as_slice(), entries.len()), (&[1][..], 1));

    let script = Script { import_fails: Mutex::new(usize::MAX), ..Script::default() };
    let (run, entries) = run_one(chunk(vec![registration()]), script).await;
    assert!(matches!(run.end, Interrupted(Unavailable::StoreAway(_))), "{:?}", run.end);
    assert!(run.acked.is_empty() && entries.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_chunk_with_a_delayed_row_is_recorded_once_all_of_it_is_settled() {
    let registrations = vec![registration(), registration()];
    let delays = Mutex::new([(registrations[1].id, 2)].into());
    let script = Script { delays, ..Script::default() };
    let (run, entries) = run_one(chunk(registrations), script).await;
    assert_eq!(run.batch_sizes(), [2, 2, 2]);
    assert_eq!(entries.len(), 1);
    assert_eq!(rows(&entries[0]).valid.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_manifest_is_recorded_and_stores_nothing() {
    let manifest = ImportManifest {
        rows: 3,
        bytes: 9,
        sha256: "ab".repeat(32),
        understood: "{}".parse().unwrap(),
        broken_off: None,
    };
    let delivery = message(Vec::new(), ImportContent::Manifest(manifest));
    let (run, entries) = run_one(delivery, Script::default()).await;
    assert!(matches!(&entries[0].content, ImportEntryContent::Manifest(sent) if sent.rows == 3));
    assert_eq!((run.batch_sizes().len(), run.acked.as_slice()), (0, &[1][..]));
}

#[tokio::test(start_paused = true)]
async fn of_a_chunk_that_is_split_nothing_is_recorded() {
    let mut dead = chunk(vec![registration(), registration()]);
    dead.routing_key = "bulk".to_owned();
    let script = Script { source: Some(Source::dead_letters()), ..Script::default() };
    let (run, entries) = run_one(dead, script).await;
    assert_eq!(run.acked, [1]);
    assert!(entries.is_empty() && run.held().is_empty());
}

/// Between two attempts another upload of the same importer may register a row.
#[test]
fn what_an_earlier_attempt_brought_about_stays_fresh_and_nothing_else_does() {
    let cancelled = Outcome::Rejected(RejectionCode::ImportCancelled);
    let mut item = Item::read(chunk(vec![registration()]), Envelope::decode);
    for (outcome, is_fresh, stays_fresh) in [
        (cancelled, true, true),
        (cancelled, false, true),
        (Outcome::Registered, false, false),
        (Outcome::Registered, true, true),
        (Outcome::Registered, false, true),
    ] {
        item.judge(vec![Verdict::Decided { outcome, is_fresh }]);
        let expected = Verdict::Decided { outcome, is_fresh: stays_fresh };
        assert_eq!(item.verdicts, [expected], "{outcome:?}, {is_fresh}");
    }
}
