//! Records what became of a message of an import.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use registrar_domain::ImportId;
use sqlx::Row as _;

use super::entry::{
    ImportCounts, ImportEntry, ImportEntryContent, ImportManifestRecord, ProcessedRows,
};
use super::failed_rows::Entry;
use super::settled::settle;
use super::{broken_off, cancellations, failed_rows};
use crate::error::classify::Kind;
use crate::error::{Failure, StorageError};
use crate::pool::session::Session;

const FILE_NAME_MAX: usize = 255;
/// The longest code, and the length of a hash.
const WORD_MAX: usize = 64;
/// The columns of a file have names.
const UNDERSTOOD_MAX_BYTES: usize = 256 * 1024;

/// Whether the import is known, whether it is marked as broken off, and whether the message is recorded. A part of a chunk that is recorded as a
/// whole is recorded with it: it was on hold, and the reader sees what it became.
const READ: &str = "SELECT IF(broken_off IS NULL OR manifest_at IS NOT NULL, 'import', 'marked') \
     FROM imports WHERE id = ? \
     UNION ALL \
     SELECT 'chunk' FROM import_chunks \
     WHERE import_id = ? AND first_row = ? AND part IN (0, ?)";

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
    let Some(first) = all_rows(rows).min() else { return Ok(None) };
    let part = if rows.is_whole { 0 } else { first };
    let message = Message { import: entry.id, first_row: rows.first_row, part, attempt: unique() };
    let known = Known::read(session, &message).await?;
    if known.is_recorded {
        return Ok(None);
    }
    if !known.has_import {
        insert_import(session, entry).await?;
    }
    let settled = settle(session, entry.id, rows).await?;
    let invalid = rows.invalid.iter().map(Entry::from);
    let mut failed: Vec<_> =
        invalid.chain(settled.not_registered.iter().map(Entry::from)).collect();
    // What another client publishes may have a number twice.
    let mut numbers = HashSet::new();
    failed.retain(|entry| numbers.insert(entry.row));
    failed_rows::insert(session, &message, &failed).await?;
    if known.is_marked {
        broken_off::unmark(session, entry.id).await?;
    }
    let is_first = insert_chunk(session, &message, &settled.counts).await?;
    Ok(is_first.then_some(settled.counts))
}

fn all_rows(rows: &ProcessedRows) -> impl Iterator<Item = u32> {
    rows.valid.iter().map(|row| row.row).chain(rows.invalid.iter().map(|row| row.row))
}

/// A chunk, or a part of one, with this attempt to record it.
pub(crate) struct Message {
    pub(crate) import: ImportId,
    pub(crate) first_row: u32,
    pub(crate) part: u32,
    /// Of several workers that record a message at once, and of attempts that were cut off, the rows of
    /// one count: whose counts are inserted first.
    pub(crate) attempt: u64,
}

/// A number that no other attempt has.
fn unique() -> u64 {
    RandomState::new().hash_one(())
}

#[derive(Default)]
struct Known {
    has_import: bool,
    is_marked: bool,
    is_recorded: bool,
}

impl Known {
    async fn read(session: &mut Session, message: &Message) -> Result<Self, Failure> {
        let id = &message.import.as_bytes()[..];
        let query = sqlx::query(READ).bind(id).bind(id);
        let query = query.bind(message.first_row).bind(message.part);
        let mut known = Self::default();
        for row in session.fetch(query).await? {
            let table: String = row.try_get(0)?;
            known.has_import |= table != "chunk";
            known.is_marked |= table == "marked";
            known.is_recorded |= table == "chunk";
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
    let understood = Some(manifest.understood.to_string());
    let understood = understood.filter(|text| text.len() <= UNDERSTOOD_MAX_BYTES);
    let query = query.bind(word(&manifest.sha256)).bind(understood);
    let query = query.bind(manifest.broken_off.as_deref().map(word));
    session.execute(query.bind(&import.as_bytes()[..])).await.map(drop)
}

/// False when it was there.
async fn insert_chunk(
    session: &mut Session,
    message: &Message,
    counts: &ImportCounts,
) -> Result<bool, Failure> {
    let query = sqlx::query(
        "INSERT INTO import_chunks (import_id, first_row, part, registered, unchanged, rejected, \
                                    invalid, on_hold, attempt) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let query = query.bind(&message.import.as_bytes()[..]).bind(message.first_row);
    let query = query.bind(message.part).bind(counts.registered).bind(counts.unchanged);
    let query = query.bind(counts.rejected).bind(counts.invalid).bind(counts.on_hold);
    let query = query.bind(message.attempt);
    unless_there(session.execute(query).await)
}

fn unless_there<T>(inserted: Result<T, Failure>) -> Result<bool, Failure> {
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
