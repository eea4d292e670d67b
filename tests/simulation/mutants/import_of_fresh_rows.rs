//! What a delivery brought about replaces what an earlier one counted.

use registrar_storage::{
    ImportCounts, ImportEntry, ImportEntryContent, RegistrationStore as _, StorageError,
};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct ImportOfFreshRows;

impl Mutant for ImportOfFreshRows {
    async fn record_imports(
        &self,
        double: &DatabaseDouble,
        mut entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        for entry in &mut entries {
            if let ImportEntryContent::Rows(rows) = &mut entry.content {
                double.world.tables().forget_chunk(entry.id, rows);
                rows.valid.retain(|row| row.is_fresh);
            }
        }
        double.record_imports(entries).await
    }
}

#[test]
fn the_simulation_catches_counts_that_a_redelivery_replaces() {
    is_caught::<WithStore<ImportOfFreshRows>>(Rule::CountedBack);
}
