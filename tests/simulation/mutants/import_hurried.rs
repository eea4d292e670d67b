//! What an import counts is recorded without waiting for the database's reply.

use registrar_storage::{ImportCounts, ImportEntry, RegistrationStore as _, StorageError};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct ImportHurried;

impl Mutant for ImportHurried {
    async fn record_imports(
        &self,
        double: &DatabaseDouble,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        let (double, recorded) = (double.clone(), vec![None; entries.len()]);
        tokio::spawn(async move { double.record_imports(entries).await });
        Ok(recorded)
    }
}

#[test]
fn the_simulation_catches_an_import_that_is_recorded_after_the_ack() {
    is_caught::<WithStore<ImportHurried>>(Rule::Miscounted);
}
