//! What was sent to the database once is taken to be there, as when an upsert that changes nothing
//! is taken as proof of a row.

use std::collections::BTreeSet;
use std::sync::Mutex;

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{DeadLetter, RegistrationStore, StorageError, Verdict};

use super::super::consuming::ConsumingDouble;
use super::super::database::DatabaseDouble;
use super::super::installation::Assembly;
use super::super::publishing::PublishingDouble;
use super::super::violation::Rule;
use super::is_caught;

struct UpsertAsProof;

impl Assembly for UpsertAsProof {
    type Publishing = PublishingDouble;
    type Consuming = ConsumingDouble;
    type Store = Upserting;

    fn publishing(double: PublishingDouble) -> PublishingDouble {
        double
    }

    fn consuming(double: ConsumingDouble) -> ConsumingDouble {
        double
    }

    fn store(database: DatabaseDouble) -> Upserting {
        Upserting { database, sent: Mutex::default() }
    }
}

struct Upserting {
    database: DatabaseDouble,
    sent: Mutex<BTreeSet<RegistrationId>>,
}

impl RegistrationStore for Upserting {
    async fn probe(&self) -> Result<(), StorageError> {
        self.database.probe().await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        let is_new: Vec<_> = {
            let mut sent = self.sent.lock().unwrap();
            batch.iter().map(|one| sent.insert(one.id)).collect()
        };
        let new = batch.iter().zip(&is_new).filter(|(_, is_new)| **is_new);
        let new: Vec<_> = new.map(|(one, _)| one.clone()).collect();
        let mut verdicts = self.database.store(&new).await?.into_iter();
        let unchanged = Verdict::Decided { outcome: Outcome::Registered, is_fresh: false };
        let verdict = |is_new| if is_new { verdicts.next().unwrap() } else { unchanged.clone() };
        Ok(is_new.into_iter().map(verdict).collect())
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.database.hold(dead_letters).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        self.database.record(additions).await
    }
}

#[test]
fn the_simulation_catches_an_upsert_that_is_taken_as_proof() {
    is_caught::<UpsertAsProof>(Rule::AckedWithoutOutcome);
}

#[test]
fn the_simulation_catches_what_an_upsert_that_is_taken_as_proof_loses() {
    is_caught::<UpsertAsProof>(Rule::Lost);
}
