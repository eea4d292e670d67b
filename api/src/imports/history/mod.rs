//! What became of imports, as it is read.

pub mod body;
pub mod progress;

use std::sync::Arc;

use registrar_domain::{FailedRow, ImportId, Importer, ReferenceSealer, UnknownImport};
use registrar_storage::{ImportReader, StorageError, StoredImport};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::body::ImportBody;
use crate::problem::Problem;

/// The most imports that are watched at once, each of which is a query a second. Apart from the streams
/// of students, so that importers do not take them.
const STREAMS: usize = 64;
/// The most error files that are downloaded at once. A client that reads slowly holds a page of rows.
const DOWNLOADS: usize = 16;

/// Reads what became of imports. A cheap handle.
#[derive(Clone)]
pub struct ImportHistory {
    stored: ImportReader,
    sealer: Arc<ReferenceSealer>,
    streams: Arc<Semaphore>,
    downloads: Arc<Semaphore>,
}

impl ImportHistory {
    pub fn new(stored: ImportReader, sealer: Arc<ReferenceSealer>) -> Self {
        let streams = Arc::new(Semaphore::new(STREAMS));
        let downloads = Arc::new(Semaphore::new(DOWNLOADS));
        Self { stored, sealer, streams, downloads }
    }

    /// A permit to watch an import; none are free when too many watch.
    pub fn stream_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }

    /// A permit to download an error file.
    pub fn download_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.downloads).try_acquire_owned().ok()
    }

    /// The import of a reference, when it belongs to this importer.
    pub fn open(&self, reference: &str, importer: &Importer) -> Result<ImportId, UnknownImport> {
        self.sealer.open_import(reference, importer)
    }

    /// Where an import of this importer stands.
    pub async fn read(&self, id: ImportId, importer: &Importer) -> Result<ImportBody, Problem> {
        let stored =
            self.stored.find(id).await.map_err(|error| Problem::imports_unreadable(&error))?;
        Ok(self.body(id, importer, stored))
    }

    /// The imports of this importer that began before this one, the newest first.
    pub async fn list(
        &self,
        importer: &Importer,
        before: Option<ImportId>,
        limit: u16,
    ) -> Result<Vec<ImportBody>, Problem> {
        let stored = self.stored.list(importer, before, limit).await;
        let stored = stored.map_err(|error| Problem::imports_unreadable(&error))?;
        Ok(stored.into_iter().map(|one| self.body(one.id, importer, Some(one))).collect())
    }

    /// Rows that did not make it, in the file's order, after this row.
    pub async fn failed_rows(
        &self,
        id: ImportId,
        after_row: u32,
        limit: u16,
    ) -> Result<Vec<FailedRow>, StorageError> {
        self.stored.errors(id, after_row, limit).await
    }

    fn body(&self, id: ImportId, importer: &Importer, stored: Option<StoredImport>) -> ImportBody {
        let reference = self.sealer.seal_import(id, importer);
        ImportBody::new((id, &reference, importer), stored)
    }
}
