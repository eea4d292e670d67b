//! One attempt to bring a batch to its outcomes.

use std::collections::{HashMap, HashSet};

use super::decided::Rows;
use super::error::Failure;
use super::insert::Inserted;
use super::session::Session;
use super::{Entry, ErrorClass, StorageError, Verdict, reconcile, rejections, students};
use crate::domain::{Outcome, Registration, RegistrationId, RejectionCode};

/// Rounds in a row that may end without a verdict. One is possible: the row that stood in the way
/// was removed before we looked.
const MAX_FRUITLESS_ROUNDS: u32 = 5;

pub(super) struct Attempt<'b> {
    batch: &'b [Entry],
    contested: HashSet<RegistrationId>,
    /// Each id once, by e-mail key: concurrent batches that insert in this order do not deadlock.
    /// Of equal keys, the first in the batch goes first.
    pending: Vec<&'b Registration>,
    verdicts: HashMap<RegistrationId, Verdict>,
}

impl<'b> Attempt<'b> {
    pub(super) fn at(batch: &'b [Entry]) -> Self {
        let contested = batch.iter().filter(|entry| entry.is_contested);
        let contested = contested.map(|entry| entry.registration.id).collect();
        let mut seen = HashSet::new();
        let registrations = batch.iter().map(|entry| &entry.registration);
        let mut pending: Vec<_> = registrations.filter(|one| seen.insert(one.id)).collect();
        sort(&mut pending);
        Self { batch, contested, pending, verdicts: HashMap::new() }
    }

    pub(super) async fn run(mut self, session: &mut Session) -> Result<Vec<Verdict>, StorageError> {
        self.settle_what_is_decided(session).await?;
        let written = self.pending_contested();
        let taken = self.insert_students(session).await?;
        self.insert_rejections(session, taken).await?;
        self.reconcile(session, &written).await?;
        self.verdicts_in_order()
    }

    fn pending_contested(&self) -> Vec<RegistrationId> {
        let ids = self.pending.iter().map(|registration| registration.id);
        ids.filter(|id| self.contested.contains(id)).collect()
    }

    /// Being on hold is not decided: a replayed message must be able to become registered, whether
    /// the operator's tool has marked the letter as replayed yet or not.
    async fn settle_what_is_decided(&mut self, session: &mut Session) -> Result<(), StorageError> {
        let contested = self.pending_contested();
        let found = reconcile::one_outcome_each(session, &contested).await?;
        for (id, rows) in found {
            if let Some(outcome) = rows.final_outcome() {
                self.decide(id, outcome, false);
            }
        }
        let verdicts = &self.verdicts;
        self.pending.retain(|registration| !verdicts.contains_key(&registration.id));
        Ok(())
    }

    /// Inserts what is pending and returns those whose e-mail address another registration owns.
    async fn insert_students(
        &mut self,
        session: &mut Session,
    ) -> Result<Vec<&'b Registration>, StorageError> {
        let mut email_taken = Vec::new();
        let mut rounds = Rounds::default();
        while !self.pending.is_empty() {
            rounds.next(self.pending.len())?;
            let (first, mut open) = first_of_each_email(&self.pending);
            let Inserted { stored, conflicted, refused } =
                students::INSERT.all(session, &first).await?;
            for registration in stored {
                self.decide(registration.id, Outcome::Registered, true);
            }
            self.refuse(refused);
            open.extend(conflicted);
            let taken = students::taken(session, &open).await?;
            self.pending.clear();
            for registration in open {
                if taken.has(registration.id) {
                    self.decide(registration.id, Outcome::Registered, false);
                } else if taken.has_email_key(registration.student.email().key()) {
                    email_taken.push(registration);
                } else {
                    self.pending.push(registration);
                }
            }
        }
        Ok(email_taken)
    }

    /// The first reason wins: a rejection that is there already stays.
    async fn insert_rejections(
        &mut self,
        session: &mut Session,
        mut open: Vec<&'b Registration>,
    ) -> Result<(), StorageError> {
        let mut rounds = Rounds::default();
        while !open.is_empty() {
            rounds.next(open.len())?;
            open.sort_by_key(|registration| registration.id);
            let Inserted { stored, conflicted, refused } =
                rejections::INSERT_EMAIL_ALREADY_REGISTERED.all(session, &open).await?;
            for registration in stored {
                let outcome = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
                self.decide(registration.id, outcome, true);
            }
            self.refuse(refused);
            let ids: Vec<_> = conflicted.iter().map(|registration| registration.id).collect();
            let found = reconcile::one_outcome_each(session, &ids).await?;
            open.clear();
            for registration in conflicted {
                match found.get(&registration.id).and_then(Rows::final_outcome) {
                    Some(outcome) => self.decide(registration.id, outcome, false),
                    None => open.push(registration),
                }
            }
        }
        Ok(())
    }

    /// The second half of the rule of `reconcile.rs`, for what this attempt wrote.
    async fn reconcile(
        &mut self,
        session: &mut Session,
        written: &[RegistrationId],
    ) -> Result<(), StorageError> {
        let found = reconcile::one_outcome_each(session, written).await?;
        for id in written {
            let Some(Verdict::Decided { outcome, .. }) = self.verdicts.get(id) else { continue };
            match found.get(id).and_then(Rows::final_outcome) {
                Some(proved) if proved == *outcome => {}
                Some(better) => self.decide(*id, better, false),
                None => return Err(in_doubt()),
            }
        }
        Ok(())
    }

    fn verdicts_in_order(mut self) -> Result<Vec<Verdict>, StorageError> {
        let ids = self.batch.iter().map(|entry| entry.registration.id);
        ids.map(|id| {
            let verdict = self.verdicts.get(&id).cloned().ok_or_else(in_doubt)?;
            // Only the first of entries with one id brought the outcome about.
            if let Some(Verdict::Decided { is_fresh, .. }) = self.verdicts.get_mut(&id) {
                *is_fresh = false;
            }
            Ok(verdict)
        })
        .collect()
    }

    fn decide(&mut self, id: RegistrationId, outcome: Outcome, is_fresh: bool) {
        self.verdicts.insert(id, Verdict::Decided { outcome, is_fresh });
    }

    fn refuse(&mut self, refused: Vec<(&Registration, Failure)>) {
        for (registration, failure) in refused {
            let verdict = Verdict::Refused { fingerprint: failure.fingerprint, code: failure.code };
            self.verdicts.insert(registration.id, verdict);
        }
    }
}

/// Stable, so that of equal keys the first stays first.
fn sort(registrations: &mut [&Registration]) {
    registrations.sort_by(|a, b| a.student.email().key().cmp(b.student.email().key()));
}

/// The first of each e-mail address, which may be inserted together, and the others.
fn first_of_each_email<'b>(
    registrations: &[&'b Registration],
) -> (Vec<&'b Registration>, Vec<&'b Registration>) {
    let mut keys = HashSet::new();
    registrations.iter().partition(|registration| keys.insert(registration.student.email().key()))
}

/// Ends a loop that gets nowhere.
#[derive(Default)]
struct Rounds {
    open: usize,
    fruitless: u32,
}

impl Rounds {
    fn next(&mut self, open: usize) -> Result<(), StorageError> {
        self.fruitless = if open == self.open { self.fruitless + 1 } else { 0 };
        self.open = open;
        if self.fruitless < MAX_FRUITLESS_ROUNDS { Ok(()) } else { Err(in_doubt()) }
    }
}

fn in_doubt() -> StorageError {
    let sentence = "MySQL reports a duplicate that cannot be found; it can be tried again.";
    StorageError::new(ErrorClass::Transient, "in_doubt", sentence)
}
