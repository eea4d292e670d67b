//! A transaction whose `begin` was dropped stays open on its connection: what is written from then
//! on is reported as done, and rolled back when the connection closes.

use std::sync::Mutex;

use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{ErrorClass, RegistrationStore as _, StorageError, Verdict};

use super::super::database::{DatabaseDouble, failed};
use super::super::violation::Rule;
use super::is_caught;
use super::stores::{Mutant, WithStore};

/// One `begin` of so many is dropped.
const DROPPED: usize = 8;

#[derive(Default)]
struct LeakedTransaction {
    /// What was written since a `begin` was dropped.
    uncommitted: Mutex<Option<Vec<RegistrationId>>>,
}

impl Mutant for LeakedTransaction {
    async fn store(
        &self,
        double: &DatabaseDouble,
        batch: &[Registration],
    ) -> Result<Vec<Verdict>, StorageError> {
        if double.world.random().is_one_in(DROPPED) {
            self.uncommitted.lock().unwrap().get_or_insert_default();
            return Err(failed(ErrorClass::Transient));
        }
        let verdicts = double.store(batch).await?;
        if let Some(uncommitted) = &mut *self.uncommitted.lock().unwrap() {
            let written = |verdict: &Verdict| {
                *verdict == Verdict::Decided { outcome: Outcome::Registered, is_fresh: true }
            };
            let rows = batch.iter().zip(&verdicts).filter(|(_, verdict)| written(verdict));
            uncommitted.extend(rows.map(|(one, _)| one.id));
        }
        Ok(verdicts)
    }

    fn close(&mut self, DatabaseDouble { world, process }: &DatabaseDouble) {
        for id in self.uncommitted.get_mut().unwrap().take().into_iter().flatten() {
            world.note(|| format!("{}: rolls back {}", process.name, world.name_of(&id)));
            world.tables().roll_back_student(&id);
        }
    }
}

#[test]
fn the_simulation_catches_a_transaction_that_was_leaked_by_a_dropped_begin() {
    is_caught::<WithStore<LeakedTransaction>>(Rule::Lost);
}
