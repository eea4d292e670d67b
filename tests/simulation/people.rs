//! What clients know.

use std::collections::{BTreeMap, BTreeSet};

use registrar_domain::{ImportId, ImportRow, Registration, RegistrationId};

use super::tables::Tables;

/// What the clients know.
#[derive(Default)]
pub(crate) struct People {
    pub(crate) sent: BTreeSet<RegistrationId>,
    /// What was accepted, with the e-mail addresses that were sent each time.
    pub(crate) accepted: BTreeMap<RegistrationId, BTreeSet<String>>,
    /// The imports that what was accepted came from: none of what was sent alone.
    pub(crate) origins: BTreeMap<RegistrationId, BTreeSet<Option<ImportId>>>,
    /// The registrations of the imports that were accepted, by row.
    pub(crate) imported: BTreeMap<ImportId, BTreeMap<u32, RegistrationId>>,
    /// The imports of which a cancellation was accepted.
    pub(crate) cancelled: BTreeSet<ImportId>,
    /// Those that travelled in a message behind another.
    pub(crate) behind_others: BTreeSet<RegistrationId>,
    /// What the history calls them.
    pub(crate) names: BTreeMap<RegistrationId, String>,
}

impl People {
    pub(crate) fn note_accepted(&mut self, sent: &[Registration], cancels: Option<ImportId>) {
        self.cancelled.extend(cancels);
        for Registration { id, student, import, .. } in sent {
            self.accepted.entry(*id).or_default().insert(student.email().as_str().to_owned());
            self.origins.entry(*id).or_default().insert(import.map(|from| from.import));
            if let Some(ImportRow { import, row }) = *import {
                self.imported.entry(import).or_default().insert(row, *id);
            }
        }
    }

    /// Whether it was accepted, and not only as a row of imports that were cancelled.
    pub(crate) fn must_have_an_outcome(&self, id: &RegistrationId, tables: &Tables) -> bool {
        let is_cancelled = |import: &ImportId| tables.is_cancelled(*import);
        let mut origins = self.origins.get(id).into_iter().flatten();
        origins.any(|import| !import.as_ref().is_some_and(is_cancelled))
    }
}
