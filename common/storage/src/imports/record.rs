//! Records what became of a message of an import.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use registrar_domain::{ImportId, ImportManifest};
use sqlx::Row as _;

use super::entry::{ImportCounts, ImportEntry, ImportEntryContent, ProcessedRows};
use super::failed_rows::Entry;
use super::reader::import_id;
use super::settled::settle;
use super::{broken_off, cancellations, failed_rows};
use crate::error::classify::Kind;
use crate::error::{Failure, StorageError};
use crate::pool::session::Session;
use crate::sql::literal::{self, Value};
use crate::sql::{Statement, padded};

/// So few that a server seldom refuses the statement as too long.
const MOST_CHUNKS: usize = 128;
const FILE_NAME_MAX: usize = 255;
/// The longest code, and the length of a hash.
const WORD_MAX: usize = 64;
/// The columns of a file have names.
const UNDERSTOOD_MAX_BYTES: usize = 256 * 1024;

/// Whether an import is known, and whether it is marked as broken off.
static READ_IMPORTS: Statement = Statement::new(
    "SELECT id, broken_off IS NOT NULL AND manifest_at IS NULL FROM imports WHERE id IN ({rows})",
    "?",
);
/// What is recorded of chunks.
static READ_CHUNKS: Statement = Statement::new(
    "SELECT import_id, first_row, part FROM import_chunks WHERE (import_id, first_row) IN ({rows})",
    "(?,?)",
);
static INSERT_CHUNKS: Statement = Statement::new(
    "INSERT INTO import_chunks (import_id, first_row, part, registered, unchanged, rejected, \
                                invalid, on_hold, attempt) VALUES {rows}",
    "(?,?,?,?,?,?,?,?,?)",
);

/// Records the messages of a batch, whose rows are all settled, and returns what each counts unless it
/// was recorded before or has no rows. Can be repeated, and goes on where it was cut off.
pub(crate) async fn record(
    session: &mut Session,
    entries: &[ImportEntry],
) -> Result<Vec<Option<ImportCounts>>, StorageError> {
    let messages: Vec<_> = entries.iter().map(Message::from_entry).collect();
    let mut recorded = Recorded::read(session, messages.iter().flatten()).await?;
    let mut counted = Vec::new();
    for (position, (entry, message)) in entries.iter().zip(&messages).enumerate() {
        match (&entry.content, message) {
            (ImportEntryContent::Rows(rows), Some(message)) if !recorded.has(message) => {
                let counts = record_rows(session, entry, rows, message, &mut recorded).await?;
                counted.push((position, message, counts));
            }
            (ImportEntryContent::Rows(_), _) => {}
            (ImportEntryContent::Manifest(manifest), _) => {
                insert_import(session, entry).await?;
                update_manifest(session, entry.id, manifest).await?;
            }
            (ImportEntryContent::Cancellation, _) => {
                cancellations::cancel(session, entry.id).await?;
            }
        }
    }
    // Workers that have the same chunks in another order would wait for each other.
    counted
        .sort_unstable_by_key(|(_, message, _)| (message.import, message.first_row, message.part));
    let mut counts_of_entries = vec![None; entries.len()];
    for (position, counts) in insert_chunks(session, counted).await? {
        if let Some(entry) = counts_of_entries.get_mut(position) {
            *entry = Some(counts);
        }
    }
    Ok(counts_of_entries)
}

/// Records everything of a message but its counts, which come last.
async fn record_rows(
    session: &mut Session,
    entry: &ImportEntry,
    rows: &ProcessedRows,
    message: &Message,
    recorded: &mut Recorded,
) -> Result<ImportCounts, StorageError> {
    let is_marked = recorded.imports.get(&entry.id).copied();
    if is_marked.is_none() {
        insert_import(session, entry).await?;
    }
    let settled = settle(session, entry.id, rows).await?;
    let invalid = rows.invalid.iter().map(Entry::from);
    let mut failed: Vec<_> =
        invalid.chain(settled.not_registered.iter().map(Entry::from)).collect();
    // What another client publishes may have a number twice.
    let mut numbers = HashSet::new();
    failed.retain(|entry| numbers.insert(entry.row));
    failed_rows::insert(session, message, &failed).await?;
    if is_marked == Some(true) {
        broken_off::unmark(session, entry.id).await?;
    }
    recorded.imports.insert(entry.id, false);
    // For what comes after it in the same batch, since their counts are inserted together.
    recorded.chunks.insert((message.import, message.first_row, message.part));
    Ok(settled.counts)
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

impl Message {
    /// None of what has no rows.
    fn from_entry(entry: &ImportEntry) -> Option<Self> {
        let ImportEntryContent::Rows(rows) = &entry.content else { return None };
        let first = all_rows(rows).min()?;
        let part = if rows.is_whole { 0 } else { first };
        Some(Self { import: entry.id, first_row: rows.first_row, part, attempt: unique() })
    }

    fn values<'a>(&'a self, counts: &ImportCounts) -> [Value<'a>; 9] {
        let ImportCounts { registered, unchanged, rejected, invalid, on_hold } = *counts;
        [
            Value::Bytes(self.import.as_bytes()),
            Value::Number(self.first_row.into()),
            Value::Number(self.part.into()),
            Value::Number(registered),
            Value::Number(unchanged),
            Value::Number(rejected),
            Value::Number(invalid),
            Value::Number(on_hold),
            Value::Number(self.attempt),
        ]
    }
}

/// A number that no other attempt has.
fn unique() -> u64 {
    RandomState::new().hash_one(())
}

/// What of the messages is in the tables already.
#[derive(Default)]
struct Recorded {
    /// Imports, and whether they are marked as broken off.
    imports: HashMap<ImportId, bool>,
    /// Chunks, and parts of them.
    chunks: HashSet<(ImportId, u32, u32)>,
}

impl Recorded {
    async fn read(
        session: &mut Session,
        messages: impl Iterator<Item = &Message>,
    ) -> Result<Self, Failure> {
        let chunks: BTreeSet<_> = messages.map(|one| (one.import, one.first_row)).collect();
        let imports: BTreeSet<_> = chunks.iter().map(|(import, _)| *import).collect();
        let mut recorded = Self::default();
        for list in padded(&imports.into_iter().collect::<Vec<_>>()) {
            let query = sqlx::query(READ_IMPORTS.text(list.len()));
            let query = list.iter().fold(query, |query, id| query.bind(&id.as_bytes()[..]));
            for row in session.fetch(query).await? {
                recorded.imports.insert(import_id(&row, 0)?, row.try_get(1)?);
            }
        }
        for list in padded(&chunks.into_iter().collect::<Vec<_>>()) {
            let query = sqlx::query(READ_CHUNKS.text(list.len()));
            let query = list.iter().fold(query, |query, (import, first_row)| {
                query.bind(&import.as_bytes()[..]).bind(*first_row)
            });
            for row in session.fetch(query).await? {
                let chunk = (import_id(&row, 0)?, row.try_get(1)?, row.try_get(2)?);
                recorded.chunks.insert(chunk);
            }
        }
        Ok(recorded)
    }

    /// Whether a message is recorded. A part of a chunk that is recorded as a whole is recorded with it:
    /// it was on hold, and the reader sees what it became.
    fn has(&self, message: &Message) -> bool {
        let Message { import, first_row, part, .. } = *message;
        [0, part].iter().any(|part| self.chunks.contains(&(import, first_row, *part)))
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
    manifest: &ImportManifest,
) -> Result<(), Failure> {
    let query = sqlx::query(
        "UPDATE imports SET row_count = ?, bytes = ?, sha256 = ?, understood = ?, \
                broken_off = ?, manifest_at = COALESCE(manifest_at, CURRENT_TIMESTAMP(6)) \
         WHERE id = ?",
    );
    let query = query.bind(manifest.rows).bind(manifest.bytes);
    let understood = Some(manifest.understood.to_string());
    let understood = understood.filter(|text| text.len() <= UNDERSTOOD_MAX_BYTES);
    let query = query.bind(word(&manifest.sha256)).bind(understood);
    let query = query.bind(manifest.broken_off.as_deref().map(word));
    session.execute(query.bind(&import.as_bytes()[..])).await.map(drop)
}

/// Inserts the counts of messages, and returns those that were not there.
async fn insert_chunks(
    session: &mut Session,
    counted: Vec<(usize, &Message, ImportCounts)>,
) -> Result<Vec<(usize, ImportCounts)>, Failure> {
    let mut inserted = Vec::with_capacity(counted.len());
    let mut work: Vec<_> = counted.chunks(MOST_CHUNKS).collect();
    while let Some(slice) = work.pop() {
        if slice.is_empty() {
            continue;
        }
        let rows = slice.iter().map(|(_, message, counts)| message.values(counts));
        let text = INSERT_CHUNKS.text_with(&literal::rows(rows));
        if unless_there(session.execute_text(text).await)? {
            inserted.extend(slice.iter().map(|(position, _, counts)| (*position, *counts)));
        } else if slice.len() > 1 {
            // Another worker recorded one of them meanwhile.
            work.extend(slice.chunks(1));
        }
    }
    Ok(inserted)
}

/// Whether it was inserted.
pub(super) fn unless_there<T>(inserted: Result<T, Failure>) -> Result<bool, Failure> {
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
