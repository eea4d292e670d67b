//! The database's tables, and what one statement does to them: all of it or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Weak};

use registrar_domain::ledger::Ledger;
use registrar_domain::{HoldReason, Outcome, Registration, RegistrationId, RejectionCode};
use registrar_storage::DeadLetter;

use super::imports::tables::ImportTables;

/// The code of the only rejection that there is.
pub(crate) const REJECTED: Outcome = Outcome::Rejected(RejectionCode::EmailAlreadyRegistered);

#[derive(Default)]
pub(crate) struct Tables {
    /// Unique by id.
    pub(crate) students: BTreeMap<RegistrationId, String>,
    /// The other unique key.
    emails: BTreeMap<String, RegistrationId>,
    pub(crate) rejections: BTreeSet<RegistrationId>,
    dead_letters: BTreeMap<Identity, HoldReason>,
    pub(crate) ledger: Ledger,
    pub(crate) imports: ImportTables,
    /// What is being inserted by statements that were received and may still run: its rows are locked.
    running: Vec<Weak<Vec<Registration>>>,
}

/// What identifies a dead letter.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Registration(RegistrationId),
    Message(Option<String>, Vec<u8>),
}

/// There is a row with one of the keys; the statement did nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Duplicate;

impl Tables {
    /// An INSERT of these is received, and runs for as long as it owns them.
    pub(crate) fn begin_insert(&mut self, rows: &Arc<Vec<Registration>>) {
        self.running.retain(|rows| rows.strong_count() > 0);
        self.running.push(Arc::downgrade(rows));
        self.imports.note_sent(rows);
    }

    /// Reads with locks: nothing while one of these rows is being inserted.
    pub(crate) fn registered(
        &mut self,
        ids: &[RegistrationId],
    ) -> Option<BTreeSet<RegistrationId>> {
        let running: Vec<_> = self.running.iter().filter_map(Weak::upgrade).collect();
        if running.iter().any(|rows| rows.iter().any(|row| ids.contains(&row.id))) {
            return None;
        }
        let (registered, others): (BTreeSet<_>, BTreeSet<_>) =
            ids.iter().copied().partition(|id| self.students.contains_key(id));
        self.imports.note_not_registered(others);
        Some(registered)
    }

    /// As if no INSERT locked its rows.
    pub(crate) fn unlock(&mut self) {
        self.running.clear();
    }

    /// A plain INSERT of many rows.
    pub(crate) fn insert_students(&mut self, rows: &[Registration]) -> Result<(), Duplicate> {
        let key = |row: &Registration| row.student.email().key().to_owned();
        let is_taken = |row: &Registration| {
            self.students.contains_key(&row.id) || self.emails.contains_key(&key(row))
        };
        if rows.iter().any(is_taken) {
            return Err(Duplicate);
        }
        for row in rows {
            self.students.insert(row.id, key(row));
            self.emails.insert(key(row), row.id);
            if let Some(from) = row.import {
                self.imports.rows.insert(row.id, from);
            }
        }
        Ok(())
    }

    pub(crate) fn owner_of(&self, email_key: &str) -> Option<RegistrationId> {
        self.emails.get(email_key).copied()
    }

    /// A plain INSERT of many rows.
    pub(crate) fn insert_rejections(&mut self, ids: &[RegistrationId]) -> Result<(), Duplicate> {
        if ids.iter().any(|id| self.rejections.contains(id)) {
            return Err(Duplicate);
        }
        self.rejections.extend(ids);
        Ok(())
    }

    /// What every reader of the tables sees: a dead letter counts as released once its registration is
    /// registered or rejected.
    pub(crate) fn outcomes(&self, id: &RegistrationId) -> Vec<Outcome> {
        let decided = self.decided(id);
        if decided.is_empty() { self.dead_letter(id).into_iter().collect() } else { decided }
    }

    /// The tables of students and of rejections at one moment.
    pub(crate) fn decided(&self, id: &RegistrationId) -> Vec<Outcome> {
        let registered = self.students.get(id).map(|_| Outcome::Registered);
        let rejected = self.rejections.get(id).map(|_| REJECTED);
        registered.into_iter().chain(rejected).collect()
    }

    /// Why a registration was put on hold.
    pub(crate) fn dead_letter(&self, id: &RegistrationId) -> Option<Outcome> {
        self.dead_letters.get(&Identity::Registration(*id)).map(|reason| Outcome::OnHold(*reason))
    }

    /// Inserts a dead letter, or holds the one that is there again.
    pub(crate) fn hold(&mut self, dead_letter: &DeadLetter) {
        let identity = match dead_letter.registration_id {
            Some(id) => Identity::Registration(id),
            None => Identity::Message(dead_letter.message_id.clone(), dead_letter.payload.clone()),
        };
        self.dead_letters.insert(identity, dead_letter.reason);
    }

    /// As if this row had never been written.
    pub(crate) fn roll_back_student(&mut self, id: &RegistrationId) {
        self.imports.rows.remove(id);
        if let Some(email) = self.students.remove(id) {
            self.emails.remove(&email);
        }
    }
}
