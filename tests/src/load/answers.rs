use std::collections::HashSet;

use registrar_domain::RegistrationId;

use crate::imports::{ImportAnswers, RowCounts};
use crate::submission::Submission;

/// What the clients have been answered in the end.
#[derive(Debug)]
pub struct Answers {
    /// Outcomes of messages that no API published, or of another lane.
    pub unnumbered: usize,
    /// Messages of imports with rows: all that is on the bulk lane.
    pub chunks: usize,
    /// Messages of imports that are beside registrations on the interactive lane.
    pub without_outcome: usize,
    /// Every registration whose client got a 202.
    pub accepted: HashSet<RegistrationId>,
    /// The different e-mail addresses among them, which is how many students there must be.
    pub addresses: usize,
    /// Those of them that were sent with an idempotency key.
    pub keyed: HashSet<RegistrationId>,
    /// The different addresses among these that were never sent without a key.
    pub keyed_addresses: usize,
    /// Registrations that may be in two messages: most are requests that got no 202 at first, were
    /// repeated, and then got one.
    pub repeated: usize,
    /// How many clients there were, and how much they sent.
    pub load: String,
}

impl Answers {
    /// With registrations that the test itself had accepted, each with an address of its own.
    #[must_use]
    pub fn and(mut self, accepted: &[RegistrationId]) -> Self {
        self.accepted.extend(accepted);
        self.addresses += accepted.len();
        self
    }

    /// With outcomes of messages that no API published, and so no ledger counts.
    #[must_use]
    pub fn and_unnumbered(self, outcomes: usize) -> Self {
        Self { unnumbered: self.unnumbered + outcomes, ..self }
    }

    /// With messages that were perhaps published twice: as they came, and split.
    #[must_use]
    pub fn and_split(self, registrations: usize) -> Self {
        Self { repeated: self.repeated + registrations, ..self }
    }

    /// With the students of imports, and what those settled.
    #[must_use]
    pub fn and_imported(self, imported: &ImportAnswers) -> Self {
        let ImportAnswers { imports, rows, students, outcomes, chunks, other_messages } = imported;
        let each = imports.iter().map(|(_, counts)| counts);
        let counts = each.fold(RowCounts::default(), RowCounts::and);
        Self {
            addresses: self.addresses + students,
            unnumbered: self.unnumbered + outcomes,
            chunks: self.chunks + chunks,
            without_outcome: self.without_outcome + other_messages,
            load: format!("{}; {} uploads of {rows} rows: {counts}", self.load, imports.len()),
            ..self
        }
    }

    pub(super) fn new(
        accepted: &[(RegistrationId, Submission)],
        repeated: usize,
        load: String,
    ) -> Self {
        let keyed = || accepted.iter().filter(|(_, submission)| submission.key.is_some());
        let mut addresses = HashSet::new();
        addresses.extend(accepted.iter().map(|(_, submission)| &submission.student.email));
        let mut keyed_addresses = HashSet::new();
        keyed_addresses.extend(keyed().map(|(_, submission)| &submission.student.email));
        Self {
            unnumbered: 0,
            chunks: 0,
            without_outcome: 0,
            accepted: accepted.iter().map(|(id, _)| *id).collect(),
            addresses: addresses.len(),
            keyed: keyed().map(|(id, _)| *id).collect(),
            keyed_addresses: keyed_addresses.len(),
            repeated,
            load,
        }
    }
}
