//! One attempt to bring a batch to its outcomes.
//!
//! Nothing is read before the insert, and nothing is undone after it: an id always carries one
//! content, and an e-mail address never changes its owner in `students`. So whatever delivery of a
//! registration, or late statement of an attempt that was abandoned, comes first or last, all come
//! to the same outcome (docs/decisions/0001).

use std::collections::{HashMap, HashSet};

use registrar_domain::{HoldReason, Outcome, Registration, RegistrationId, RejectionCode};

use super::insert::Inserted;
use super::refusals::Refusals;
use super::store::Verdict;
use super::{rejections, rows, students};
use crate::error::{ErrorClass, Failure, StorageError};
use crate::pool::session::Session;

/// Rounds in a row that may end without a verdict. A row that stood in the way never goes away, but
/// it may be the uncommitted one of a transaction that is rolled back before we look.
const MAX_FRUITLESS_ROUNDS: u32 = 5;

pub(crate) struct Batch<'b> {
    registrations: &'b [Registration],
    refusals: &'b Refusals,
    /// What has no verdict yet, each id once, by e-mail key: concurrent batches that insert in this
    /// order do not deadlock. Of equal keys, the first in the batch goes first.
    pending: Vec<&'b Registration>,
    verdicts: HashMap<RegistrationId, Verdict>,
}

impl<'b> Batch<'b> {
    pub(crate) fn new(registrations: &'b [Registration], refusals: &'b Refusals) -> Self {
        let mut seen = HashSet::new();
        let mut pending: Vec<_> = registrations.iter().filter(|one| seen.insert(one.id)).collect();
        // Stable. Rounds only take from it, so that each of them has this order.
        pending.sort_by_key(|registration| registration.student.email().key());
        Self { registrations, refusals, pending, verdicts: HashMap::new() }
    }

    pub(crate) async fn store(
        mut self,
        session: &mut Session,
    ) -> Result<Vec<Verdict>, StorageError> {
        let email_taken = self.insert_students(session).await?;
        self.insert_rejections(session, email_taken).await?;
        self.verdicts_in_order()
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
            let (refusals, is_later) = (&self.refusals.students, rounds.is_later());
            let inserted = students::INSERT.all(session, &first, refusals, is_later).await?;
            let conflicted = self.note(inserted, Outcome::Registered);
            self.delay_those_behind_a_delayed_one(&first, &mut open);
            open.extend(conflicted);
            let taken = students::taken(session, &open).await?;
            for registration in open {
                if taken.has(registration.id) {
                    self.decide(registration.id, Outcome::Registered, false);
                } else if taken.has_email_key(registration.student.email().key()) {
                    email_taken.push(registration);
                }
            }
            let rejected: HashSet<_> = email_taken.iter().map(|one| one.id).collect();
            let Self { pending, verdicts, .. } = self;
            pending.retain(|one| !verdicts.contains_key(&one.id) && !rejected.contains(&one.id));
        }
        Ok(email_taken)
    }

    /// Of equal e-mail addresses the first goes first, also when it has to wait.
    fn delay_those_behind_a_delayed_one(
        &mut self,
        first: &[&Registration],
        open: &mut Vec<&'b Registration>,
    ) {
        let delayed = first.iter().filter_map(|one| match self.verdicts.get(&one.id) {
            Some(delayed @ Verdict::Delayed(_)) => {
                Some((one.student.email().key(), delayed.clone()))
            }
            _ => None,
        });
        let delayed: HashMap<_, _> = delayed.collect();
        open.retain(|one| match delayed.get(one.student.email().key()) {
            Some(verdict) => {
                self.verdicts.insert(one.id, verdict.clone());
                false
            }
            None => true,
        });
    }

    /// The first reason wins: a rejection that is there already stays.
    async fn insert_rejections(
        &mut self,
        session: &mut Session,
        mut open: Vec<&'b Registration>,
    ) -> Result<(), StorageError> {
        let mut rounds = Rounds::default();
        open.sort_by_key(|registration| registration.id);
        while !open.is_empty() {
            rounds.next(open.len())?;
            let insert = &rejections::INSERT_EMAIL_ALREADY_REGISTERED;
            let (refusals, is_later) = (&self.refusals.rejections, rounds.is_later());
            let inserted = insert.all(session, &open, refusals, is_later).await?;
            let outcome = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);
            let conflicted = self.note(inserted, outcome);
            let ids: Vec<_> = conflicted.iter().map(|registration| registration.id).collect();
            let found = rows::read(session, &ids).await?;
            for id in ids {
                if let Some(outcome) = rows::final_outcome(&found, id) {
                    self.decide(id, outcome, false);
                }
            }
            open.retain(|registration| !self.verdicts.contains_key(&registration.id));
        }
        Ok(())
    }

    /// Notes what became of an insert that brings `outcome` about, and returns those of which
    /// nothing is known.
    fn note<'r>(&mut self, inserted: Inserted<'r>, outcome: Outcome) -> Vec<&'r Registration> {
        for registration in inserted.stored {
            self.decide(registration.id, outcome, true);
        }
        for (registration, Failure { fingerprint, code, .. }) in inserted.refused {
            let reason = HoldReason::RefusedByDatabase;
            let refused = Verdict::Refused { reason, fingerprint, code };
            self.verdicts.insert(registration.id, refused);
        }
        for (registration, error) in inserted.delayed {
            self.verdicts.insert(registration.id, Verdict::Delayed(error));
        }
        inserted.conflicted
    }

    fn verdicts_in_order(mut self) -> Result<Vec<Verdict>, StorageError> {
        let ids = self.registrations.iter().map(|registration| registration.id);
        ids.map(|id| {
            let verdict = self.verdicts.get(&id).cloned().ok_or_else(in_doubt)?;
            // Only the first of those with one id brought the outcome about.
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
    begun: u32,
    open: usize,
    fruitless: u32,
}

impl Rounds {
    /// Whether rows of this batch were dealt with before this round.
    fn is_later(&self) -> bool {
        self.begun > 1
    }

    fn next(&mut self, open: usize) -> Result<(), StorageError> {
        self.fruitless = if open == self.open { self.fruitless + 1 } else { 0 };
        self.open = open;
        self.begun += 1;
        if self.fruitless < MAX_FRUITLESS_ROUNDS { Ok(()) } else { Err(in_doubt()) }
    }
}

fn in_doubt() -> StorageError {
    let sentence = "MySQL reports a duplicate that cannot be found; it can be tried again.";
    StorageError::new(ErrorClass::Transient, "in_doubt", sentence)
}
