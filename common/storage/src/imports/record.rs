//! Records what became of a message of an import.

use std::collections::BTreeSet;

use registrar_domain::ImportId;
use sqlx::Row as _;

use super::entry::{
    ImportCounts, ImportEntry, ImportEntryContent, ImportManifestRecord, ProcessedRows,
};
use super::settled::settle;
use super::{cancellations, failed_rows};
use crate::error::classify::Kind;
use crate::error::{Failure, StorageError};
use crate::pool::session::Session;

const FILE_NAME_MAX: usize = 255;
/// The longest code, and the length of a hash.
const WORD_MAX: usize = 64;

/// One round trip for everything that a message is recorded by. A part of a chunk that is recorded as a
/// whole is recorded with it: it was on hold, and the reader sees what it became.
const READ: &str = "SELECT CAST(-1 AS SIGNED) FROM imports WHERE id = ? \
     UNION ALL \
     SELECT CAST(-2 AS SIGNED) FROM import_chunks \
     WHERE import_id = ? AND first_row = ? AND part IN (0, ?) \
     UNION ALL \
     SELECT CAST(import_row AS SIGNED) FROM import_errors \
     WHERE import_id = ? AND import_row BETWEEN ? AND ?";

/// Records a message of an import whose rows are all settled, and returns what it counts unless it was
/// recorded before. Can be repeated, and goes on where it was cut off.
pub(crate) async fn record(
    session: &mut Session,
    entry: &ImportEntry,
) -> Result<Option<ImportCounts>, StorageError> {
    match &entry.content {
        ImportEntryContent::Rows(rows) => record_rows(session, entry, rows).await,
        ImportEntryContent::Manifest(manifest) => {
            insert_import(session, entry).await?;
            update_manifest(session, entry.id, manifest).await?;
            Ok(None)
        }
        ImportEntryContent::Cancellation => {
            cancellations::cancel(session, entry.id).await?;
            Ok(None)
        }
    }
}

async fn record_rows(
    session: &mut Session,
    entry: &ImportEntry,
    rows: &ProcessedRows,
) -> Result<Option<ImportCounts>, StorageError> {
    let numbers: BTreeSet<_> = all_rows(rows).collect();
    let (Some(&first), Some(&last)) = (numbers.first(), numbers.last()) else { return Ok(None) };
    let part = if rows.is_whole { 0 } else { first };
    let known = Known::read(session, entry.id, (rows.first_row, part), (first, last)).await?;
    if known.is_recorded {
        return Ok(None);
    }
    if !known.has_import {
        insert_import(session, entry).await?;
    }
    let settled = settle(session, entry.id, rows).await?;
    let mut failed: Vec<failed_rows::Entry> = rows.invalid.iter().map(Into::into).collect();
    failed.extend(settled.not_registered.iter().map(Into::into));
    failed.sort_by_key(|failed| failed.row);
    let failing: BTreeSet<_> = failed.iter().map(|failed| failed.row).collect();
    // Of an attempt that was cut off; the rows between are of other parts.
    let mine = known.failed_rows.iter().filter(|row| numbers.contains(row));
    let outdated: Vec<_> = mine.filter(|row| !failing.contains(row)).copied().collect();
    failed_rows::delete(session, entry.id, &outdated).await?;
    failed_rows::insert(session, entry.id, &failed, known.failed_rows).await?;
    let counts = settled.counts;
    let is_first = insert_chunk(session, entry.id, (rows.first_row, part), &counts).await?;
    Ok(is_first.then_some(counts))
}

fn all_rows(rows: &ProcessedRows) -> impl Iterator<Item = u32> {
    rows.valid.iter().map(|row| row.row).chain(rows.invalid.iter().map(|row| row.row))
}

#[derive(Default)]
struct Known {
    has_import: bool,
    is_recorded: bool,
    failed_rows: BTreeSet<u32>,
}

impl Known {
    async fn read(
        session: &mut Session,
        import: ImportId,
        (first_row, part): (u32, u32),
        (first, last): (u32, u32),
    ) -> Result<Self, Failure> {
        let id = &import.as_bytes()[..];
        let query = sqlx::query(READ).bind(id).bind(id).bind(first_row).bind(part);
        let query = query.bind(id).bind(first).bind(last);
        let mut known = Self::default();
        for row in session.fetch(query).await? {
            match row.try_get::<i64, _>(0)? {
                -1 => known.has_import = true,
                -2 => known.is_recorded = true,
                row => known.failed_rows.extend(u32::try_from(row)),
            }
        }
        Ok(known)
    }
}

async fn insert_import(session: &mut Session, entry: &ImportEntry) -> Result<(), Failure> {
    let query =
        sqlx::query("INSERT INTO imports (id, importer, key_id, file_name) VALUES (?, ?, ?, ?)");
    let file_name: Option<String> =
        entry.file_name.as_ref().map(|name| name.chars().take(FILE_NAME_MAX).collect());
    let query = query.bind(&entry.id.as_bytes()[..]).bind(entry.importer.as_str());
    unless_there(session.execute(query.bind(entry.key).bind(file_name)).await).map(drop)
}

async fn update_manifest(
    session: &mut Session,
    import: ImportId,
    manifest: &ImportManifestRecord,
) -> Result<(), Failure> {
    let query = sqlx::query(
        "UPDATE imports SET row_count = ?, chunk_count = ?, bytes = ?, sha256 = ?, understood = ?, \
                broken_off = ?, manifest_at = COALESCE(manifest_at, CURRENT_TIMESTAMP(6)) \
         WHERE id = ?",
    );
    let query = query.bind(manifest.rows).bind(manifest.chunks).bind(manifest.bytes);
    let query = query.bind(word(&manifest.sha256)).bind(manifest.understood.to_string());
    let query = query.bind(manifest.broken_off.as_deref().map(word));
    session.execute(query.bind(&import.as_bytes()[..])).await.map(drop)
}

/// False when it was there.
async fn insert_chunk(
    session: &mut Session,
    import: ImportId,
    (first_row, part): (u32, u32),
    counts: &ImportCounts,
) -> Result<bool, Failure> {
    let query = sqlx::query(
        "INSERT INTO import_chunks \
         (import_id, first_row, part, registered, unchanged, rejected, invalid, on_hold) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(&import.as_bytes()[..]).bind(first_row).bind(part);
    let query = query.bind(counts.registered).bind(counts.unchanged).bind(counts.rejected);
    let query = query.bind(counts.invalid).bind(counts.on_hold);
    unless_there(session.execute(query).await)
}

fn unless_there(inserted: Result<u64, Failure>) -> Result<bool, Failure> {
    match inserted {
        Ok(_) => Ok(true),
        Err(failure) if failure.kind == Kind::Duplicate => Ok(false),
        Err(failure) => Err(failure),
    }
}

/// What any client may have sent, so that it fits its column.
fn word(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).take(WORD_MAX).collect()
}
