//! A transaction whose `begin` was dropped stays open on its connection: what is written from then
//! on is reported as done, and rolled back when the connection closes.

use std::sync::Mutex;

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{DeadLetter, ErrorClass, RegistrationStore, StorageError, Verdict};

use super::super::consuming::ConsumingDouble;
use super::super::database::{DatabaseDouble, failed};
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

/// One `begin` of so many is dropped.
const DROPPED: usize = 8;

struct LeakedTransaction;

impl Assembly for LeakedTransaction {
    type Publishing = PublishingDouble;
    type Consuming = ConsumingDouble;
    type Store = Leaking;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(database: DatabaseDouble) -> Leaking {
        Leaking { database, uncommitted: Mutex::default() }
    }
}

struct Leaking {
    database: DatabaseDouble,
    /// What was written since a `begin` was dropped.
    uncommitted: Mutex<Option<Vec<RegistrationId>>>,
}

impl RegistrationStore for Leaking {
    async fn probe(&self) -> Result<(), StorageError> {
        self.database.probe().await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        if self.database.world.random().is_one_in(DROPPED) {
            self.uncommitted.lock().unwrap().get_or_insert_default();
            return Err(failed(ErrorClass::Transient));
        }
        let verdicts = self.database.store(batch).await?;
        if let Some(uncommitted) = &mut *self.uncommitted.lock().unwrap() {
            let written = |verdict: &Verdict| {
                *verdict == Verdict::Decided { outcome: Outcome::Registered, is_fresh: true }
            };
            let rows = batch.iter().zip(&verdicts).filter(|(_, verdict)| written(verdict));
            uncommitted.extend(rows.map(|(one, _)| one.id));
        }
        Ok(verdicts)
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.database.hold(dead_letters).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        self.database.record(additions).await
    }
}

impl Drop for Leaking {
    fn drop(&mut self) {
        for id in self.uncommitted.lock().unwrap().take().into_iter().flatten() {
            let DatabaseDouble { world, process } = &self.database;
            world.note(|| format!("{}: rolls back {}", process.name, world.name_of(&id)));
            world.tables().roll_back_student(&id);
        }
    }
}

#[test]
fn the_simulation_catches_a_transaction_that_was_leaked_by_a_dropped_begin() {
    is_caught::<LeakedTransaction>(Rule::Lost);
}
