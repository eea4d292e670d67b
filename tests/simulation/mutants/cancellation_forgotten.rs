//! A cancellation is acked and not recorded.

use registrar_storage::{
    ImportCounts, ImportEntry, ImportEntryContent, RegistrationStore as _, StorageError,
};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught_in_imports;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct CancellationForgotten;

impl Mutant for CancellationForgotten {
    async fn record_imports(
        &self,
        double: &DatabaseDouble,
        mut entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        entries.retain(|entry| entry.content != ImportEntryContent::Cancellation);
        double.record_imports(entries).await
    }
}

#[test]
fn the_simulation_catches_a_cancellation_that_is_not_recorded() {
    is_caught_in_imports::<WithStore<CancellationForgotten>>(Rule::Forgotten);
}
