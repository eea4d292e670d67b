use std::time::Duration;

use registrar_domain::{ImportId, ImportManifest, Importer};
use registrar_storage::{ImportCounts, ImportEntryContent, StudentLookup};

use super::super::fixture::{Fixture, student};
use super::{File, imports, manifest};

#[tokio::test]
async fn an_import_is_known_from_its_first_message_on_whichever_comes_first() {
    let fixture = Fixture::new().await;
    let (by_chunk, by_manifest) = (File::new(), File::new());
    assert_eq!(imports(&fixture).find(by_chunk.id).await, Ok(None));
    fixture.import(&by_chunk, &by_chunk.rows(2..=3)).await;
    let found = by_chunk.found(&fixture).await;
    assert_eq!((found.key, found.file_name.as_deref()), (7, Some("students.csv")));
    assert!(found.last_recorded_at.is_some());
    assert_eq!((found.manifest, found.cancelled_at), (None, None));

    for _again in 0..2 {
        fixture.record(by_manifest.entry(ImportEntryContent::Manifest(manifest(3)))).await;
    }
    let found = by_manifest.found(&fixture).await;
    assert_eq!(found.manifest, Some(manifest(3)));
    assert_eq!(found.counts, ImportCounts::default());
    let rows = by_manifest.rows(4..=6);
    fixture.import(&by_manifest, &rows).await;
    assert_eq!(by_manifest.counts(&fixture).await.total(), 3);
    let broken_off =
        ImportManifest { broken_off: Some("upload_broken_off".to_owned()), ..manifest(2) };
    fixture.record(by_chunk.entry(ImportEntryContent::Manifest(broken_off.clone()))).await;
    assert_eq!(by_chunk.found(&fixture).await.manifest, Some(broken_off));
}

/// Anything may be in a message that another client publishes: it must not stop the lane.
#[tokio::test]
async fn what_is_too_long_for_a_column_is_cut() {
    let (fixture, file) = (Fixture::new().await, File::new());
    let long = "é".repeat(300);
    let odd = ImportManifest {
        sha256: format!("{long}{}", "a".repeat(100)),
        broken_off: Some("b ".repeat(100)),
        ..manifest(u64::MAX)
    };
    let mut entry = file.entry(ImportEntryContent::Manifest(odd));
    entry.file_name = Some(long.clone());
    fixture.record(entry).await;
    let found = file.found(&fixture).await;
    assert_eq!(found.file_name.unwrap().chars().count(), 255);
    let manifest = found.manifest.unwrap();
    assert_eq!((manifest.sha256, manifest.broken_off), ("a".repeat(64), Some("b".repeat(64))));
}

#[tokio::test]
async fn an_importer_lists_its_own_imports_the_newest_first_in_pages() {
    let fixture = Fixture::new().await;
    let mut ids = Vec::new();
    for rows in 1..=5 {
        let file = File::new();
        fixture.import(&file, &file.rows(2..=1 + rows)).await;
        ids.push(file.id);
    }
    let other = File::sent_by("south-school");
    fixture.import(&other, &[other.row(2, "Ada", "south@example.com")]).await;
    let north = Importer::parse("north-school").unwrap();
    let list = async |before: Option<ImportId>| {
        let imports = imports(&fixture).list(&north, before, 2).await.unwrap();
        imports.iter().map(|one| (one.id, one.counts.total())).collect::<Vec<_>>()
    };
    assert_eq!(list(None).await, [(ids[4], 5), (ids[3], 4)]);
    assert_eq!(list(Some(ids[3])).await, [(ids[2], 3), (ids[1], 2)]);
    assert_eq!(list(Some(ids[1])).await, [(ids[0], 1)]);
    assert_eq!(list(Some(ids[0])).await, []);
}

/// As when its lane was paused for a week.
#[tokio::test]
async fn an_import_of_long_ago_is_found_to_be_silent() {
    let (fixture, mut file) = (Fixture::new().await, File::new());
    let eight_days = 8 * 24 * 60 * 60 * 1_000_u128;
    let id = u128::from_be_bytes(*file.id.as_bytes()) - (eight_days << 80);
    file.id = ImportId::from_bytes(id.to_be_bytes());
    fixture.import(&file, &file.rows(2..=3)).await;
    assert_eq!(fixture.store.silent_imports(Duration::ZERO).await, Ok(vec![file.id]));
}

#[tokio::test]
async fn a_dry_run_learns_what_is_registered_already_and_not_who_did_it() {
    let (fixture, file, next) = (Fixture::new().await, File::new(), File::new());
    fixture.import(&file, &file.rows(2..=2)).await;
    fixture.store(&[student("Eve", "eve@example.com")]).await;
    let rows = [
        next.row(7, "Ada", "2@example.com"),
        next.row(8, "Eda", "2@example.com"),
        next.row(9, "Ada", "eve@example.com"),
        next.row(10, "Ada", "new@example.com"),
    ];
    let found = imports(&fixture).look_up(&rows).await.unwrap();
    let expected = [
        StudentLookup::Unchanged,
        StudentLookup::EmailTaken,
        StudentLookup::EmailTaken,
        StudentLookup::New,
    ];
    assert_eq!(found, expected);
    assert_eq!(imports(&fixture).look_up(&[]).await, Ok(Vec::new()));
    assert_eq!(fixture.counts().await, (2, 0, 0));
}

#[tokio::test]
async fn an_import_that_is_silent_without_a_manifest_can_be_marked_until_one_comes() {
    let fixture = Fixture::new().await;
    let (silent, ended) = (File::new(), File::new());
    for file in [&silent, &ended] {
        fixture.import(file, &file.rows(2..=3)).await;
    }
    fixture.record(ended.entry(ImportEntryContent::Manifest(manifest(2)))).await;
    assert_eq!(fixture.store.silent_imports(Duration::from_mins(10)).await, Ok(Vec::new()));
    assert_eq!(fixture.store.silent_imports(Duration::ZERO).await, Ok(vec![silent.id]));
    assert_eq!(fixture.store.mark_broken_off(&[silent.id, ended.id]).await, Ok(1));
    assert_eq!(silent.found(&fixture).await.broken_off.as_deref(), Some("upload_broken_off"));
    assert_eq!(ended.found(&fixture).await.broken_off, None);
    assert_eq!(fixture.store.silent_imports(Duration::ZERO).await, Ok(Vec::new()));
    assert_eq!(fixture.store.mark_broken_off(&[silent.id]).await, Ok(0), "by another worker");

    fixture.import(&silent, &silent.rows(4..=5)).await;
    assert_eq!(silent.found(&fixture).await.broken_off, None, "it goes on");
    assert_eq!(fixture.store.silent_imports(Duration::ZERO).await, Ok(vec![silent.id]));
    assert_eq!(fixture.store.mark_broken_off(&[silent.id]).await, Ok(1));
    assert_eq!(silent.found(&fixture).await.broken_off.as_deref(), Some("upload_broken_off"));

    fixture.record(silent.entry(ImportEntryContent::Manifest(manifest(4)))).await;
    assert_eq!(silent.found(&fixture).await.broken_off, None, "it has come after all");
}
