//! Imports that are cancelled, and what is recorded of imports.

use std::collections::BTreeSet;
use std::time::Duration;

use registrar_domain::{
    ImportId, ImportManifest, Outcome, Registration, RegistrationId, RejectionCode,
};
use registrar_storage::{ImportCounts, ImportEntry, ImportEntryContent, StorageError, Verdict};
use tokio::time::sleep;

use super::super::imports::tables::part_of;
use super::super::tables::Tables;
use super::{DatabaseDouble, decided};

const CANCELLED: Outcome = Outcome::Rejected(RejectionCode::ImportCancelled);
/// How often it is looked whether locks are released.
const LOCKED_FOR: Duration = Duration::from_millis(5);

impl DatabaseDouble {
    pub(super) async fn store_unless_cancelled(
        &self,
        batch: &[Registration],
    ) -> Result<Vec<Verdict>, StorageError> {
        let cancelled = self.cancelled(batch).await?;
        let is_cancelled = |row: &Registration| {
            row.import.is_some_and(|from| cancelled.contains(&(from.import, row.id)))
        };
        let open: Vec<_> = batch.iter().filter(|row| !is_cancelled(row)).cloned().collect();
        let mut stored = self.store_all(&open).await?;
        let registered = self.registered(cancelled.iter().map(|(_, id)| *id).collect()).await?;
        let verdict = |row: &Registration| {
            if is_cancelled(row) {
                let is_there = registered.contains(&row.id);
                let outcome = if is_there { Outcome::Registered } else { CANCELLED };
                return decided(outcome, !is_there);
            }
            let stored = stored.get_mut(&row.id).unwrap();
            let verdict = stored.clone();
            // Only the first of those with one id brought the outcome about.
            if let Verdict::Decided { is_fresh, .. } = stored {
                *is_fresh = false;
            }
            verdict
        };
        Ok(batch.iter().map(verdict).collect())
    }

    /// Those of cancelled imports, but for what is on hold.
    async fn cancelled(
        &self,
        batch: &[Registration],
    ) -> Result<BTreeSet<(ImportId, RegistrationId)>, StorageError> {
        let rows = batch.iter().filter_map(|row| Some((row.import?.import, row.id)));
        let mut rows: Vec<_> = rows.collect();
        if rows.is_empty() {
            return Ok(BTreeSet::new());
        }
        let read = move |tables: &mut Tables| {
            rows.retain(|(import, _)| tables.is_cancelled(*import));
            rows
        };
        let name = "reads which imports are cancelled".to_owned();
        let mut rows = self.statement(name, read).await?;
        if rows.is_empty() {
            return Ok(BTreeSet::new());
        }
        let name = self.about("reads what is held of", rows.iter().map(|(_, id)| id));
        let read = move |tables: &mut Tables| {
            rows.retain(|(_, id)| tables.dead_letter(id).is_none());
            rows.into_iter().collect()
        };
        self.statement(name, read).await
    }

    /// Which of these are registered, once no statement that still runs inserts one of them.
    async fn registered(
        &self,
        ids: Vec<RegistrationId>,
    ) -> Result<BTreeSet<RegistrationId>, StorageError> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        loop {
            let (name, rows) = (self.about("reads with locks", &ids), ids.clone());
            let read = move |tables: &mut Tables| tables.registered(&rows);
            if let Some(registered) = self.statement(name, read).await? {
                return Ok(registered);
            }
            self.world.note(|| format!("{}: waits for locks", self.process.name));
            sleep(LOCKED_FOR).await;
        }
    }

    pub(super) async fn record_import(
        &self,
        ImportEntry { id, content, .. }: ImportEntry,
    ) -> Result<Option<ImportCounts>, StorageError> {
        let rows = match content {
            ImportEntryContent::Rows(rows) => rows,
            ImportEntryContent::Manifest(ImportManifest { rows, .. }) => {
                let insert = move |tables: &mut Tables| tables.insert_manifest(id, rows);
                self.statement("records a manifest".to_owned(), insert).await?;
                return Ok(None);
            }
            ImportEntryContent::Cancellation => {
                let cancel = move |tables: &mut Tables| tables.cancel(id);
                self.statement("cancels an import".to_owned(), cancel).await?;
                return Ok(None);
            }
        };
        let (first_row, part) = (rows.first_row, part_of(&rows));
        let name = format!("looks for part {part} of chunk {first_row}");
        let look = move |tables: &mut Tables| tables.is_recorded(id, first_row, part);
        if self.statement(name, look).await? {
            return Ok(None);
        }
        let settled = rows.clone();
        let name = format!("reads who registered the rows of chunk {first_row}");
        let counts = self.statement(name, move |tables| tables.count(id, &settled)).await?;
        let name = format!("records part {part} of chunk {first_row}: {counts:?}");
        let insert = move |tables: &mut Tables| tables.insert_chunk(id, &rows, counts);
        Ok(self.statement(name, insert).await?.is_ok().then_some(counts))
    }
}
