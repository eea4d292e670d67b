//! Reads back what became of imports.

use std::collections::HashMap;

use registrar_domain::{
    FailedRow, ImportId, ImportManifest, ImportRow, Importer, Registration, RegistrationId,
    RowRejection, Student,
};
use sqlx::mysql::MySqlRow;
use sqlx::{QueryBuilder, Row as _};
use time::OffsetDateTime;

use super::entry::ImportCounts;
use super::failed_rows::{ON_HOLD, decode};
use super::settled::email_taken;
use crate::error::{Failure, StorageError};
use crate::outcomes::rows::sixteen_bytes;
use crate::outcomes::students;
use crate::pool::Pool;
use crate::pool::session::Session;

const IMPORT: &str = "SELECT imports.id, key_id, file_name, row_count, bytes, \
            sha256, understood, broken_off, manifest_at, cancelled_at \
     FROM imports LEFT JOIN import_cancellations ON import_id = imports.id WHERE ";

const COUNTS: &str = "SELECT import_id, CAST(SUM(registered) AS UNSIGNED), \
            CAST(SUM(unchanged) AS UNSIGNED), CAST(SUM(rejected) AS UNSIGNED), \
            CAST(SUM(invalid) AS UNSIGNED), CAST(SUM(on_hold) AS UNSIGNED), MAX(recorded_at) \
     FROM import_chunks chunks WHERE ";

/// A whole chunk counts for the parts that it was split into.
const COUNTS_ITSELF: &str = "(chunks.part = 0 OR NOT EXISTS (\
    SELECT 1 FROM import_chunks whole \
    WHERE whole.import_id = chunks.import_id AND whole.first_row = chunks.first_row \
      AND whole.part = 0))";

/// The rows of the attempts that count, with what became of their registrations.
const FAILED: &str = " FROM import_errors errors \
     JOIN import_chunks chunks \
       ON chunks.import_id = errors.import_id AND chunks.first_row = errors.first_row \
      AND chunks.part = errors.part AND chunks.attempt = errors.attempt \
     LEFT JOIN students ON students.registration_id = errors.registration_id \
     LEFT JOIN rejections ON rejections.registration_id = errors.registration_id \
     WHERE errors.import_id = ";

/// What became of those that were on hold, and are not any more: nothing that releases them looks for them.
const RELEASED: &str = "SELECT students.registration_id IS NOT NULL, \
    COALESCE(students.import_id = errors.import_id, FALSE), \
    COALESCE(students.import_row = errors.import_row, FALSE)";

const FAILED_ROW: &str = "SELECT errors.import_row, errors.kind, errors.given, errors.errors, \
    students.import_row, rejections.registration_id";

/// What did not make it after all: what was on hold may be registered by now, also as another row of this
/// import. What was deleted is not shown.
const IS_SHOWN: &str = "errors.given <> '' AND (errors.kind <> 'on_hold' \
    OR students.registration_id IS NULL \
    OR (students.import_id = errors.import_id AND students.import_row <> errors.import_row))";

/// An import as far as workers have seen it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredImport {
    /// Its id, which says when it began.
    pub id: ImportId,
    /// The number of the key that the file was sent with.
    pub key: u64,
    /// What the file is called, if the client said so.
    pub file_name: Option<String>,
    /// What became of the rows that were processed.
    pub counts: ImportCounts,
    /// When the last of its messages was recorded, by the clock of the database.
    pub last_recorded_at: Option<OffsetDateTime>,
    /// What was sent in all, once that is known.
    pub manifest: Option<ImportManifest>,
    /// Why its file was not read to its end, as the manifest says, or a worker that found that none will
    /// come.
    pub broken_off: Option<String>,
    /// When it was cancelled, if it was.
    pub cancelled_at: Option<OffsetDateTime>,
}

/// What a dry run finds of a student.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StudentLookup {
    /// It can be registered.
    New,
    /// This importer registered it with this content.
    Unchanged,
    /// Another registration owns the e-mail address.
    EmailTaken,
}

/// Reads imports. Nothing is written, so a caller may drop it at any time.
#[derive(Clone)]
pub struct ImportReader {
    pool: Pool,
}

impl ImportReader {
    /// The imports in the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// One import; none that no worker has seen.
    pub async fn find(&self, id: ImportId) -> Result<Option<StoredImport>, StorageError> {
        let mut query = QueryBuilder::new(IMPORT);
        query.push("imports.id = ").push_bind(id.as_bytes().to_vec());
        let mut session = Session::new(&self.pool);
        let rows = session.fetch(query.build()).await?;
        Ok(with_counts(&mut session, &rows).await?.pop())
    }

    /// An importer's imports that began before this one, the newest first.
    pub async fn list(
        &self,
        importer: &Importer,
        before: Option<ImportId>,
        limit: u16,
    ) -> Result<Vec<StoredImport>, StorageError> {
        let mut query = QueryBuilder::new(IMPORT);
        query.push("importer = ").push_bind(importer.as_str().to_owned());
        if let Some(before) = before {
            query.push(" AND imports.id < ").push_bind(before.as_bytes().to_vec());
        }
        query.push(" ORDER BY imports.id DESC LIMIT ").push_bind(limit);
        let mut session = Session::new(&self.pool);
        let rows = session.fetch(query.build()).await?;
        Ok(with_counts(&mut session, &rows).await?)
    }

    /// Rows that did not make it, in the file's order, after this row: 0 for the first of them.
    pub async fn errors(
        &self,
        id: ImportId,
        after_row: u32,
        limit: u16,
    ) -> Result<Vec<FailedRow>, StorageError> {
        let mut query = QueryBuilder::new(FAILED_ROW);
        query.push(FAILED).push_bind(id.as_bytes().to_vec());
        query.push(" AND errors.import_row > ").push_bind(after_row);
        query.push(" AND ").push(COUNTS_ITSELF).push(" AND ").push(IS_SHOWN);
        query.push(" ORDER BY errors.import_row LIMIT ").push_bind(limit);
        let mut session = Session::new(&self.pool);
        let rows = session.fetch(query.build()).await?;
        let failed = rows.iter().map(|row| failed_row(row, id)).collect::<Result<Vec<_>, _>>()?;
        Ok(with_owners(&mut session, id, failed).await?)
    }

    /// Looks each of these up, for a dry run.
    pub async fn look_up(
        &self,
        registrations: &[Registration],
    ) -> Result<Vec<StudentLookup>, StorageError> {
        let all: Vec<_> = registrations.iter().collect();
        let taken = students::taken(&mut Session::new(&self.pool), &all).await?;
        let lookup = |one: &Registration| {
            if taken.has(one.id) {
                StudentLookup::Unchanged
            } else if taken.has_email_key(one.student.email().key()) {
                StudentLookup::EmailTaken
            } else {
                StudentLookup::New
            }
        };
        Ok(registrations.iter().map(lookup).collect())
    }
}

async fn with_counts(
    session: &mut Session,
    rows: &[MySqlRow],
) -> Result<Vec<StoredImport>, Failure> {
    let mut imports = rows.iter().map(stored).collect::<Result<Vec<_>, _>>()?;
    let counted = counts(session, &imports).await?;
    for import in &mut imports {
        let Some((counts, last)) = counted.get(&import.id) else { continue };
        import.counts = *counts;
        import.last_recorded_at = import.last_recorded_at.max(Some(*last));
        if counts.on_hold > 0 {
            release(session, import).await?;
        }
    }
    Ok(imports)
}

async fn counts(
    session: &mut Session,
    imports: &[StoredImport],
) -> Result<HashMap<ImportId, (ImportCounts, OffsetDateTime)>, Failure> {
    if imports.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = QueryBuilder::new(COUNTS);
    query.push(COUNTS_ITSELF).push(" AND import_id IN (");
    let mut list = query.separated(",");
    for import in imports {
        list.push_bind(import.id.as_bytes().to_vec());
    }
    query.push(") GROUP BY import_id");
    let rows = session.fetch(query.build()).await?;
    let counts = rows.iter().map(|row| -> Result<_, sqlx::Error> {
        let counts = ImportCounts {
            registered: row.try_get(1)?,
            unchanged: row.try_get(2)?,
            rejected: row.try_get(3)?,
            invalid: row.try_get(4)?,
            on_hold: row.try_get(5)?,
        };
        Ok((import_id(row, 0)?, (counts, row.try_get(6)?)))
    });
    Ok(counts.collect::<Result<_, _>>()?)
}

/// Counts what is not on hold any more as what it became.
async fn release(session: &mut Session, import: &mut StoredImport) -> Result<(), Failure> {
    let mut query = QueryBuilder::new(RELEASED);
    query.push(FAILED).push_bind(import.id.as_bytes().to_vec());
    query.push(" AND errors.kind = 'on_hold' AND ").push(COUNTS_ITSELF);
    query.push(
        " AND (students.registration_id IS NOT NULL OR rejections.registration_id IS NOT NULL)",
    );
    let counts = &mut import.counts;
    for row in session.fetch(query.build()).await? {
        // What was recorded since the counts were read.
        if counts.on_hold == 0 {
            break;
        }
        counts.on_hold -= 1;
        let (is_registered, by_import, by_row) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        *match (is_registered, by_import, by_row) {
            (true, true, true) => &mut counts.registered,
            (true, false, _) => &mut counts.unchanged,
            (true, true, false) | (false, ..) => &mut counts.rejected,
        } += 1;
    }
    Ok(())
}

fn stored(row: &MySqlRow) -> Result<StoredImport, sqlx::Error> {
    let manifest_at: Option<OffsetDateTime> = row.try_get(8)?;
    let broken_off: Option<String> = row.try_get(7)?;
    let manifest = manifest_at.map(|_| manifest(row, broken_off.clone())).transpose()?;
    Ok(StoredImport {
        id: import_id(row, 0)?,
        key: row.try_get(1)?,
        file_name: row.try_get(2)?,
        counts: ImportCounts::default(),
        last_recorded_at: manifest_at,
        manifest,
        broken_off,
        cancelled_at: row.try_get(9)?,
    })
}

fn manifest(row: &MySqlRow, broken_off: Option<String>) -> Result<ImportManifest, sqlx::Error> {
    let understood: Option<String> = row.try_get(6)?;
    Ok(ImportManifest {
        rows: row.try_get(3)?,
        bytes: row.try_get(4)?,
        sha256: row.try_get(5)?,
        understood: serde_json::from_str(&understood.unwrap_or_default()).unwrap_or_default(),
        broken_off,
    })
}

/// A row, and its registration when that was rejected after it was on hold.
type Failed = (FailedRow, Option<Registration>);

fn failed_row(row: &MySqlRow, import: ImportId) -> Result<Failed, sqlx::Error> {
    let (kind, given, errors): (String, String, String) =
        (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
    let mut failed = decode(row.try_get(0)?, &given, &errors);
    if kind != ON_HOLD {
        return Ok((failed, None));
    }
    if let Some(registered) = row.try_get(4)? {
        failed.errors = vec![RowRejection::SameAsRow(registered).into()];
    }
    let rejected: Option<Vec<u8>> = row.try_get(5)?;
    let rejected = rejected.map(sixteen_bytes).transpose()?.map(RegistrationId::from_bytes);
    let [first_name, last_name, email] = &failed.values;
    let student = Student::parse(first_name, last_name, email).ok();
    let rejected = rejected.zip(student).map(|(id, student)| {
        let from = ImportRow { import, row: failed.row };
        Registration::imported(id, student, from)
    });
    Ok((failed, rejected))
}

/// The rows, with whose e-mail address it is where they were rejected after they were on hold.
async fn with_owners(
    session: &mut Session,
    import: ImportId,
    failed: Vec<Failed>,
) -> Result<Vec<FailedRow>, Failure> {
    let rejected: Vec<_> = failed.iter().filter_map(|(_, rejected)| rejected.as_ref()).collect();
    let taken = students::taken(session, &rejected).await?;
    let with_owner = |(mut row, rejected): Failed| {
        if let Some(rejected) = rejected {
            let owner = taken.row_of_owner(rejected.student.email().key());
            row.errors = vec![email_taken(import, owner).into()];
        }
        row
    };
    Ok(failed.into_iter().map(with_owner).collect())
}

pub(super) fn import_id(row: &MySqlRow, column: usize) -> Result<ImportId, sqlx::Error> {
    Ok(ImportId::from_bytes(sixteen_bytes(row.try_get(column)?)?))
}
