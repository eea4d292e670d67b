use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registrar_domain::ImportKey;
use registrar_storage::{ImportKeys, StorageError, ValidImportKey};
use tokio::time::Instant;

/// A key that was valid is taken to be valid for so long, so that asking for progress every second
/// does not read the table each time; a revoked key works for no longer.
const TRUSTED_FOR: Duration = Duration::from_secs(5);

/// Knows importers by their keys.
#[derive(Clone)]
pub struct KeyRing {
    keys: ImportKeys,
    recent: Arc<Mutex<HashMap<[u8; 32], Recent>>>,
}

struct Recent {
    key: ValidImportKey,
    read_at: Instant,
}

impl KeyRing {
    pub fn new(keys: ImportKeys) -> Self {
        Self { keys, recent: Arc::default() }
    }

    /// What is known of this key; nothing when it was never made, is expired or revoked.
    pub async fn find(&self, key: &ImportKey) -> Result<Option<ValidImportKey>, StorageError> {
        let hash = key.hash();
        if let Some(key) = self.find_recent(hash.as_bytes()) {
            return Ok(Some(key));
        }
        let found = self.keys.find(&hash).await?;
        if let Some(key) = &found {
            let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
            recent.retain(|_, recent| recent.read_at.elapsed() < TRUSTED_FOR);
            let read = Recent { key: key.clone(), read_at: Instant::now() };
            recent.insert(*hash.as_bytes(), read);
        }
        Ok(found)
    }

    fn find_recent(&self, hash: &[u8; 32]) -> Option<ValidImportKey> {
        let recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let found = recent.get(hash).filter(|recent| recent.read_at.elapsed() < TRUSTED_FOR)?;
        Some(found.key.clone())
    }
}
