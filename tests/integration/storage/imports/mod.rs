//! What is recorded of imported files and read back.

mod cancelled;
mod chunks;
mod failed_rows;
mod reading;

use registrar_domain::{
    DerivationKey, FailedRow, Field, HoldReason, ImportId, ImportManifest, ImportRow, Importer,
    Outcome, Registration, RowError, Student,
};
use registrar_storage::{
    ImportCounts, ImportEntry, ImportEntryContent, ImportReader, ProcessedRow, ProcessedRows,
    RegistrationStore as _, StoredImport, Verdict,
};

use super::fixture::Fixture;

/// An imported file.
pub(crate) struct File {
    pub(crate) id: ImportId,
    pub(crate) importer: Importer,
}

impl File {
    pub(crate) fn new() -> Self {
        Self::sent_by("north-school")
    }

    pub(crate) fn sent_by(importer: &str) -> Self {
        Self { id: ImportId::generate(), importer: Importer::parse(importer).unwrap() }
    }

    /// The registration of a row: for one importer it has the same id in each file.
    pub(crate) fn row(&self, row: u32, first_name: &str, email: &str) -> Registration {
        let student = Student::parse(first_name, "Lovelace", email).unwrap();
        let key = DerivationKey::new(&"a derivation secret of some length".to_owned().into());
        let id = self.importer.registration_id(&key, &student);
        Registration::imported(id, student, ImportRow { import: self.id, row })
    }

    pub(crate) fn rows(&self, rows: std::ops::RangeInclusive<u32>) -> Vec<Registration> {
        rows.map(|row| self.row(row, "Ada", &format!("{row}@example.com"))).collect()
    }

    pub(super) fn entry(&self, content: ImportEntryContent) -> ImportEntry {
        let file_name = Some("students.csv".to_owned());
        ImportEntry { id: self.id, importer: self.importer.clone(), key: 7, file_name, content }
    }

    /// A whole chunk as a worker records it after its registrations came to these verdicts.
    pub(super) fn chunk(&self, rows: &[Registration], verdicts: &[Verdict]) -> ImportEntry {
        self.entry(ImportEntryContent::Rows(processed(true, rows, verdicts)))
    }

    pub(super) async fn found(&self, fixture: &Fixture) -> StoredImport {
        imports(fixture).find(self.id).await.unwrap().unwrap()
    }

    pub(super) async fn counts(&self, fixture: &Fixture) -> ImportCounts {
        self.found(fixture).await.counts
    }

    /// The failed rows, and the codes of what is wrong with them.
    pub(super) async fn failed(&self, fixture: &Fixture) -> Vec<(u32, String)> {
        let failed = imports(fixture).errors(self.id, 0, 1_000).await.unwrap();
        failed.into_iter().map(|failed| (failed.row, failed.errors[0].code.to_string())).collect()
    }
}

pub(super) fn imports(fixture: &Fixture) -> ImportReader {
    ImportReader::new(fixture.pool.clone())
}

/// The rows of a chunk that came to these verdicts.
pub(crate) fn processed(
    is_whole: bool,
    rows: &[Registration],
    verdicts: &[Verdict],
) -> ProcessedRows {
    let valid = rows.iter().zip(verdicts).map(|(registration, verdict)| {
        let Verdict::Decided { outcome, is_fresh } = *verdict else { panic!("{verdict:?}") };
        let row = registration.import.unwrap().row;
        ProcessedRow { row, registration: registration.clone(), outcome, is_fresh }
    });
    let first_row = rows.iter().map(|one| one.import.unwrap().row).min().unwrap_or_default();
    ProcessedRows { first_row, is_whole, valid: valid.collect(), invalid: Vec::new() }
}

pub(super) fn on_hold() -> Verdict {
    Verdict::Decided { outcome: Outcome::OnHold(HoldReason::RefusedByDatabase), is_fresh: true }
}

pub(super) fn invalid(row: u32) -> FailedRow {
    let error = |code| RowError::new(Some(Field::Email), code, "Correct it.");
    FailedRow {
        row,
        values: ["'=Ada", "", "ada@"].map(str::to_owned),
        errors: vec![error("invalid_email"), error("no_name")],
    }
}

pub(super) fn manifest(rows: u64) -> ImportManifest {
    ImportManifest {
        rows,
        bytes: 321,
        sha256: "ab".repeat(32),
        understood: serde_json::json!({"encoding": "UTF-8"}),
        broken_off: None,
    }
}

impl Fixture {
    pub(super) async fn record(&self, entry: ImportEntry) -> Option<ImportCounts> {
        let counts = self.store.record_imports(vec![entry]).await.unwrap();
        assert_eq!(counts.len(), 1);
        counts[0]
    }

    /// Stores and records a whole chunk.
    pub(super) async fn import(&self, file: &File, rows: &[Registration]) -> Option<ImportCounts> {
        let verdicts = self.store(rows).await;
        self.record(file.chunk(rows, &verdicts)).await
    }
}
