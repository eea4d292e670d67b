//! Stores a batch, as the product does, whatever imports are cancelled.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use registrar_domain::{HoldReason, Outcome, Registration, RegistrationId};
use registrar_storage::{ErrorClass, StorageError, Verdict};

use super::super::fault::Place;
use super::super::tables::{Duplicate, REJECTED, Tables};
use super::{DatabaseDouble, POISON, decided, failed};

impl DatabaseDouble {
    pub(super) async fn store_all(
        &self,
        batch: &[Registration],
    ) -> Result<BTreeMap<RegistrationId, Verdict>, StorageError> {
        let mut verdicts = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<_> = batch.iter().filter(|row| seen.insert(row.id)).cloned().collect();
        open.retain(|row| {
            let email = row.student.email().as_str();
            let verdict = if self.world.is_locked(email) {
                Verdict::Delayed(failed(ErrorClass::Transient))
            } else if email == POISON {
                let reason = HoldReason::RefusedByDatabase;
                Verdict::Refused { reason, fingerprint: "simulated".to_owned(), code: None }
            } else {
                return true;
            };
            self.world.note(|| format!("{}: {verdict:?}", self.about("finds", [&row.id])));
            verdicts.insert(row.id, verdict);
            false
        });
        open.sort_by(|a, b| a.student.email().key().cmp(b.student.email().key()));
        let taken = self.insert_students(open, &mut verdicts).await?;
        self.insert_rejections(taken, &mut verdicts).await?;
        Ok(verdicts)
    }

    /// Inserts the students and returns those whose e-mail address another one has.
    async fn insert_students(
        &self,
        mut open: Vec<Registration>,
        verdicts: &mut BTreeMap<RegistrationId, Verdict>,
    ) -> Result<Vec<RegistrationId>, StorageError> {
        let mut taken = Vec::new();
        while !open.is_empty() {
            let mut emails = BTreeSet::new();
            let is_first = |row: &Registration| emails.insert(row.student.email().key().to_owned());
            let in_order = open.clone();
            let (first, mut others): (Vec<_>, Vec<_>) = open.into_iter().partition(is_first);
            let name = self.about("inserts", first.iter().map(|row| &row.id));
            let rows = Arc::new(first.clone());
            self.world.tables().begin_insert(&rows);
            let inserted =
                self.statement_at(Place::Insert, name, move |tables| tables.insert_students(&rows));
            match inserted.await? {
                Ok(()) => verdicts
                    .extend(first.iter().map(|row| (row.id, decided(Outcome::Registered, true)))),
                Err(Duplicate) => others.extend(first),
            }
            if others.is_empty() {
                break;
            }
            let name = self.about("reads the owners for", others.iter().map(|row| &row.id));
            let rows = others.clone();
            let read = move |tables: &mut Tables| -> Vec<_> {
                let owner = |row: &Registration| tables.owner_of(row.student.email().key());
                rows.iter().map(|row| (tables.students.contains_key(&row.id), owner(row))).collect()
            };
            for (row, (is_there, owner)) in others.iter().zip(self.statement(name, read).await?) {
                if is_there {
                    verdicts.insert(row.id, decided(Outcome::Registered, false));
                } else if owner.is_some() {
                    taken.push(row.id);
                }
            }
            open = in_order;
            open.retain(|row| !verdicts.contains_key(&row.id) && !taken.contains(&row.id));
        }
        Ok(taken)
    }

    async fn insert_rejections(
        &self,
        mut open: Vec<RegistrationId>,
        verdicts: &mut BTreeMap<RegistrationId, Verdict>,
    ) -> Result<(), StorageError> {
        while !open.is_empty() {
            let ids = open.clone();
            let name = self.about("rejects", &ids);
            if self.statement(name, move |tables| tables.insert_rejections(&ids)).await?.is_ok() {
                verdicts.extend(open.iter().map(|id| (*id, decided(REJECTED, true))));
                return Ok(());
            }
            let found = self.decided(open.clone()).await?;
            open.retain(|id| !found.contains_key(id));
            verdicts.extend(found.into_iter().map(|(id, outcome)| (id, decided(outcome, false))));
        }
        Ok(())
    }
}
