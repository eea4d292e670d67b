//! What was sent to the database once is taken to be there, as when an upsert that changes nothing
//! is taken as proof of a row.

use std::collections::BTreeSet;
use std::sync::Mutex;

use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{RegistrationStore as _, StorageError, Verdict};

use super::super::database::DatabaseDouble;
use super::super::plan::Plan;
use super::super::violation::Rule;
use super::stores::{Mutant, WithStore};
use super::{is_caught, is_made_small};

#[derive(Default)]
struct UpsertAsProof {
    sent: Mutex<BTreeSet<RegistrationId>>,
}

impl Mutant for UpsertAsProof {
    async fn store(
        &self,
        double: &DatabaseDouble,
        batch: &[Registration],
    ) -> Result<Vec<Verdict>, StorageError> {
        let is_new: Vec<_> = {
            let mut sent = self.sent.lock().unwrap();
            batch.iter().map(|one| sent.insert(one.id)).collect()
        };
        let new = batch.iter().zip(&is_new).filter(|(_, is_new)| **is_new);
        let new: Vec<_> = new.map(|(one, _)| one.clone()).collect();
        let mut verdicts = double.store(&new).await?.into_iter();
        let unchanged = Verdict::Decided { outcome: Outcome::Registered, is_fresh: false };
        let verdict = |is_new| if is_new { verdicts.next().unwrap() } else { unchanged.clone() };
        Ok(is_new.into_iter().map(verdict).collect())
    }
}

#[test]
fn the_simulation_catches_an_upsert_that_is_taken_as_proof() {
    is_caught::<WithStore<UpsertAsProof>>(Rule::AckedWithoutOutcome);
}

#[test]
fn the_simulation_catches_what_an_upsert_that_is_taken_as_proof_loses() {
    is_caught::<WithStore<UpsertAsProof>>(Rule::Lost);
}

#[test]
fn a_plan_that_catches_it_is_made_small() {
    is_made_small::<WithStore<UpsertAsProof>>(Plan::from_seed, 3, Rule::Lost);
}
