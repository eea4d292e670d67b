//! Distinguishes a table that refuses every row from a row that is refused.
//!
//! A constraint, a trigger or a column that no row can meet must not put every student on hold: what
//! was accepted waits in RabbitMQ until the table is changed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use registrar_domain::Registration;

/// When so many rows of a batch were refused for the same cause, and none passed, it is the table.
pub(crate) const TOGETHER: usize = 8;

/// What a store knows of the tables that it inserts registrations into.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    pub(crate) students: TableRefusals,
    pub(crate) rejections: TableRefusals,
}

/// One of the rows that a table refused when it refused every one, until a row passes: so a later
/// batch of a single row is not mistaken for one with a bad row, and the probe has a row to try.
#[derive(Debug, Default)]
pub(crate) struct TableRefusals(Mutex<Option<Registration>>);

impl TableRefusals {
    pub(crate) fn sample(&self) -> Option<Registration> {
        self.lock().clone()
    }

    pub(crate) fn all_are_refused(&self, such_as: &Registration) {
        *self.lock() = Some(such_as.clone());
    }

    pub(crate) fn some_pass(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Registration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
