//! What an import counts is recorded without its invalid rows.

use registrar_storage::{
    ImportCounts, ImportEntry, ImportEntryContent, RegistrationStore as _, StorageError,
};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct ImportOfValidRows;

impl Mutant for ImportOfValidRows {
    async fn record_imports(
        &self,
        double: &DatabaseDouble,
        mut entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        for entry in &mut entries {
            if let ImportEntryContent::Rows(rows) = &mut entry.content {
                rows.invalid.clear();
            }
        }
        double.record_imports(entries).await
    }
}

#[test]
fn the_simulation_catches_an_import_that_forgets_its_invalid_rows() {
    is_caught::<WithStore<ImportOfValidRows>>(Rule::Miscounted);
}
