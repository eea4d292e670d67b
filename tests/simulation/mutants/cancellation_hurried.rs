//! What of a cancelled import is registered is read without waiting for statements that still run.

use registrar_domain::Registration;
use registrar_storage::{RegistrationStore as _, StorageError, Verdict};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught_in_imports;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct CancellationHurried;

impl Mutant for CancellationHurried {
    async fn store(
        &self,
        double: &DatabaseDouble,
        batch: &[Registration],
    ) -> Result<Vec<Verdict>, StorageError> {
        double.world.tables().unlock();
        double.store(batch).await
    }
}

#[test]
fn the_simulation_catches_a_cancellation_that_does_not_wait_for_statements() {
    is_caught_in_imports::<WithStore<CancellationHurried>>(Rule::Miscounted);
}
