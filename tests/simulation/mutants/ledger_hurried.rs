//! What is settled is recorded in the ledger without waiting for the database's reply.

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration};
use registrar_storage::{DeadLetter, RegistrationStore, StorageError, Verdict};

use super::super::consuming::ConsumingDouble;
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

struct LedgerHurried;

impl Assembly for LedgerHurried {
    type Publishing = PublishingDouble;
    type Consuming = ConsumingDouble;
    type Store = Hurrying;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(double: DatabaseDouble) -> Hurrying {
        Hurrying(double)
    }
}

struct Hurrying(DatabaseDouble);

impl RegistrationStore for Hurrying {
    async fn probe(&self) -> Result<(), StorageError> {
        self.0.probe().await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        self.0.store(batch).await
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.0.hold(dead_letters).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        let (store, additions) = (self.0.clone(), additions.clone());
        tokio::spawn(async move { store.record(&additions).await });
        Ok(())
    }
}

#[test]
fn the_simulation_catches_sequence_numbers_that_are_recorded_after_the_ack() {
    is_caught::<LedgerHurried>(Rule::Unaccounted);
}
