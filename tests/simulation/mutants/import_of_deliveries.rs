//! A chunk is known by its delivery instead of its first row, so that a redelivery is counted once more.

use std::sync::atomic::{AtomicU32, Ordering};

use registrar_storage::{
    ImportCounts, ImportEntry, ImportEntryContent, RegistrationStore as _, StorageError,
};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

/// Far beyond the rows of any chunk.
const STEP: u32 = 1_000;

#[derive(Default)]
struct ImportOfDeliveries {
    deliveries: AtomicU32,
}

impl Mutant for ImportOfDeliveries {
    async fn record_imports(
        &self,
        double: &DatabaseDouble,
        mut entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        for entry in &mut entries {
            if let ImportEntryContent::Rows(rows) = &mut entry.content {
                rows.first_row += self.deliveries.fetch_add(STEP, Ordering::Relaxed);
            }
        }
        double.record_imports(entries).await
    }
}

#[test]
fn the_simulation_catches_rows_that_are_counted_with_each_delivery() {
    is_caught::<WithStore<ImportOfDeliveries>>(Rule::Overcounted);
}
