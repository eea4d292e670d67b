//! What is settled is recorded in the ledger without waiting for the database's reply.

use registrar_domain::ledger::Ledger;
use registrar_storage::{RegistrationStore as _, StorageError};

use super::super::database::DatabaseDouble;
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

#[derive(Default)]
struct LedgerHurried;

impl Mutant for LedgerHurried {
    async fn record(
        &self,
        double: &DatabaseDouble,
        additions: &Ledger,
    ) -> Result<(), StorageError> {
        let (double, additions) = (double.clone(), additions.clone());
        tokio::spawn(async move { double.record(&additions).await });
        Ok(())
    }
}

#[test]
fn the_simulation_catches_sequence_numbers_that_are_recorded_after_the_ack() {
    is_caught::<WithStore<LedgerHurried>>(Rule::Unaccounted);
}
