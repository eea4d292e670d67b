//! The `import_keys` table.

use std::time::Duration;

use registrar_domain::{ImportKeyHash, Importer};
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use time::OffsetDateTime;

use crate::error::{Failure, StorageError};
use crate::pool::Pool;
use crate::pool::session::{Session, run_to_completion};

/// The server's clock decides what is expired, so that those of processes may differ.
const VALID: &str = "SELECT id, importer, key_hash FROM import_keys \
     WHERE key_hash = ? AND revoked_at IS NULL \
       AND (expires_at IS NULL OR expires_at > CURRENT_TIMESTAMP(6))";
const LIST: &str = "SELECT id, importer, created_at, created_by, expires_at, revoked_at, revoked_by, \
            COALESCE(expires_at <= CURRENT_TIMESTAMP(6), FALSE) \
     FROM import_keys ORDER BY id";

/// A key that may be used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidImportKey {
    /// Its number.
    pub id: u64,
    /// Who imports with it.
    pub importer: Importer,
}

/// A key as operators see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImportKey {
    /// Its number.
    pub id: u64,
    /// Who imports with it.
    pub importer: String,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Which operator made it.
    pub created_by: String,
    /// When it expires, if it does.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was revoked, and by which operator.
    pub revoked: Option<(OffsetDateTime, String)>,
    /// It may be used now.
    pub is_valid: bool,
}

/// The keys of importers.
#[derive(Clone)]
pub struct ImportKeys {
    pool: Pool,
}

impl ImportKeys {
    /// The keys in the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The key of this hash, if it may be used. Nothing is written.
    pub async fn find(&self, hash: &ImportKeyHash) -> Result<Option<ValidImportKey>, StorageError> {
        let mut session = Session::new(&self.pool);
        let query = sqlx::query(VALID).bind(hash.as_bytes().to_vec());
        let rows = session.fetch(query).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(valid(row, hash).map_err(Failure::from)?)
    }

    /// Every key that was ever made, the oldest first.
    pub async fn list(&self) -> Result<Vec<StoredImportKey>, StorageError> {
        let mut session = Session::new(&self.pool);
        let rows = session.fetch(sqlx::query(LIST)).await?;
        let keys = rows.iter().map(|row| stored(row).map_err(Failure::from));
        Ok(keys.collect::<Result<_, _>>()?)
    }

    /// Adds a key that is valid for so long, or until it is revoked. Returns its number.
    pub async fn create(
        &self,
        importer: &Importer,
        hash: &ImportKeyHash,
        valid_for: Option<Duration>,
        by: &str,
    ) -> Result<u64, StorageError> {
        let valid_for = valid_for.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        let query = sqlx::query(
            "INSERT INTO import_keys (importer, key_hash, created_by, expires_at) \
             VALUES (?, ?, ?, CURRENT_TIMESTAMP(6) + INTERVAL ? MICROSECOND)",
        );
        let query = query.bind(importer.as_str().to_owned()).bind(hash.as_bytes().to_vec());
        let query = query.bind(by.to_owned()).bind(valid_for);
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.execute(query).await?.last_insert_id()) }).await
    }

    /// Revokes a key; false when there is none with this number that is not revoked.
    pub async fn revoke(&self, id: u64, by: &str) -> Result<bool, StorageError> {
        let query = sqlx::query(
            "UPDATE import_keys SET revoked_at = CURRENT_TIMESTAMP(6), revoked_by = ? \
             WHERE id = ? AND revoked_at IS NULL",
        );
        let query = query.bind(by.to_owned()).bind(id);
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(session.execute(query).await?.rows_affected() > 0) })
            .await
    }
}

fn valid(row: &MySqlRow, hash: &ImportKeyHash) -> Result<Option<ValidImportKey>, sqlx::Error> {
    let kept: Vec<u8> = row.try_get(2)?;
    let is_same = kept.try_into().is_ok_and(|kept| ImportKeyHash::from_bytes(kept) == *hash);
    let Ok(importer) = Importer::parse(row.try_get(1)?) else { return Ok(None) };
    Ok(if is_same { Some(ValidImportKey { id: row.try_get(0)?, importer }) } else { None })
}

fn stored(row: &MySqlRow) -> Result<StoredImportKey, sqlx::Error> {
    let revoked_at: Option<OffsetDateTime> = row.try_get(5)?;
    let revoked_by: Option<String> = row.try_get(6)?;
    let is_expired: bool = row.try_get(7)?;
    Ok(StoredImportKey {
        id: row.try_get(0)?,
        importer: row.try_get(1)?,
        created_at: row.try_get(2)?,
        created_by: row.try_get(3)?,
        expires_at: row.try_get(4)?,
        is_valid: revoked_at.is_none() && !is_expired,
        revoked: revoked_at.map(|at| (at, revoked_by.unwrap_or_default())),
    })
}
