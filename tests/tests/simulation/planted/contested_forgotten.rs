//! The store is never told that a registration's outcome may exist already.

use registrar_common::domain::Outcome;
use registrar_common::domain::ledger::Ledger;
use registrar_common::storage::{DeadLetter, Entry, RegistrationStore, StorageError, Verdict};

use super::super::consuming::ConsumingDouble;
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

struct ContestedForgotten;

impl Assembly for ContestedForgotten {
    type Publishing = PublishingDouble;
    type Consuming = ConsumingDouble;
    type Store = Forgetting;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(double: DatabaseDouble) -> Forgetting {
        Forgetting(double)
    }
}

struct Forgetting(DatabaseDouble);

impl RegistrationStore for Forgetting {
    async fn probe(&self) -> Result<(), StorageError> {
        self.0.probe().await
    }

    async fn store(&self, batch: &[Entry]) -> Result<Vec<Verdict>, StorageError> {
        let forget = |entry: &Entry| Entry { is_contested: false, ..entry.clone() };
        self.0.store(&batch.iter().map(forget).collect::<Vec<_>>()).await
    }

    async fn hold(&self, letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.0.hold(letters).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        self.0.record(additions).await
    }
}

#[test]
fn the_simulation_catches_a_contested_registration_that_is_not_marked() {
    is_caught::<ContestedForgotten>(Rule::Doubled);
}
