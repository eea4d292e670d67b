use std::ops::AddAssign;

use registrar_domain::{FailedRow, ImportId, ImportManifest, Importer, Outcome, Registration};

/// What a message says of an import, with what became of its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportEntry {
    /// The import.
    pub id: ImportId,
    /// Who imports.
    pub importer: Importer,
    /// The number of the key that the file was sent with.
    pub key: u64,
    /// What the file is called, if the client said so.
    pub file_name: Option<String>,
    /// Rows, the end, or that there shall be no more.
    pub content: ImportEntryContent,
}

/// What is to be recorded of an import.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportEntryContent {
    /// A chunk, or a part of one.
    Rows(ProcessedRows),
    /// What was sent in all.
    Manifest(ImportManifest),
    /// What is not registered yet is rejected.
    Cancellation,
}

/// The rows of one message, each of them settled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProcessedRows {
    /// Names the chunk in its import.
    pub first_row: u32,
    /// Whether it is the whole chunk, and no part that was split off.
    pub is_whole: bool,
    /// Those that are valid.
    pub valid: Vec<ProcessedRow>,
    /// Those that are not, and so no registrations.
    pub invalid: Vec<FailedRow>,
}

/// A valid row.
#[derive(Clone, Debug, PartialEq)]
pub struct ProcessedRow {
    /// Its number.
    pub row: u32,
    /// What is in it.
    pub registration: Registration,
    /// How it ended, or that it is on hold.
    pub outcome: Outcome,
    /// Whether it was decided just now, by this row.
    pub is_fresh: bool,
}

/// What became of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// The import registered them.
    pub registered: u64,
    /// The importer had registered them before, with the same content.
    pub unchanged: u64,
    /// Duplicates, and what was cancelled.
    pub rejected: u64,
    /// What is in them breaks a rule.
    pub invalid: u64,
    /// They wait for an operator.
    pub on_hold: u64,
}

impl ImportCounts {
    /// How many rows were counted.
    pub fn total(&self) -> u64 {
        let Self { registered, unchanged, rejected, invalid, on_hold } = self;
        registered + unchanged + rejected + invalid + on_hold
    }
}

impl AddAssign for ImportCounts {
    fn add_assign(&mut self, other: Self) {
        self.registered += other.registered;
        self.unchanged += other.unchanged;
        self.rejected += other.rejected;
        self.invalid += other.invalid;
        self.on_hold += other.on_hold;
    }
}
