//! Chunks of imports: what is sent, what is recorded of it, and what must be counted.

use std::collections::BTreeMap;

use registrar_domain::{ImportId, ImportRow, Importer, Outcome, Registration, RegistrationId};
use registrar_messaging::{Envelope, ImportChunk, ImportContent, ImportPart, ImportRowError};
use registrar_storage::{ImportCounts, ProcessedRows};

use super::tables::{Duplicate, Tables};

const FIRST_ROW: u32 = 2;

/// The import of a submission: the same each time that it is sent.
pub(crate) fn import_of([client, position]: [usize; 2]) -> ImportId {
    let mut bytes = [0; 16];
    bytes[0] = u8::try_from(client).unwrap();
    bytes[1] = u8::try_from(position).unwrap();
    ImportId::from_bytes(bytes)
}

/// A whole chunk of these, with an invalid row behind them.
pub(crate) fn chunk(import: ImportId, registrations: Vec<Registration>) -> Envelope {
    let from = |(row, one)| Registration { import: Some(ImportRow { import, row }), ..one };
    let registrations: Vec<_> = (FIRST_ROW..).zip(registrations).map(from).collect();
    let rows = u32::try_from(registrations.len()).unwrap() + 1;
    let row = FIRST_ROW + rows - 1;
    let invalid = vec![ImportRowError { row, values: Default::default(), errors: Vec::new() }];
    let content = ImportContent::Chunk(ImportChunk { first_row: FIRST_ROW, rows, invalid });
    let importer = Importer::parse("simulated").unwrap();
    let import = Some(ImportPart { id: import, importer, key: 1, file_name: None, content });
    Envelope { registrations, import }
}

/// The table of what was counted: by import, and 0 or the first row of a part.
#[derive(Default)]
pub(crate) struct ImportTables {
    chunks: BTreeMap<(ImportId, u32), Recorded>,
    /// The rows that students came from.
    pub(crate) rows: BTreeMap<RegistrationId, ImportRow>,
}

#[derive(Clone)]
struct Recorded {
    counts: ImportCounts,
    on_hold: Vec<(RegistrationId, ImportRow)>,
}

/// 0, or the first row of a part.
pub(crate) fn part_of(rows: &ProcessedRows) -> u32 {
    let valid = rows.valid.iter().map(|row| row.row);
    let first = valid.chain(rows.invalid.iter().map(|row| row.row)).min();
    if rows.is_whole { 0 } else { first.unwrap_or_default() }
}

impl Tables {
    pub(crate) fn is_recorded(&self, import: ImportId, part: u32) -> bool {
        [0, part].iter().any(|part| self.imports.chunks.contains_key(&(import, *part)))
    }

    /// What a message counts, by who registered its students.
    pub(crate) fn count(&self, import: ImportId, rows: &ProcessedRows) -> ImportCounts {
        let mut counts = ImportCounts { invalid: rows.invalid.len() as u64, ..Default::default() };
        for row in &rows.valid {
            let from = self.imports.rows.get(&row.registration.id).copied();
            let is_ours = from == Some(ImportRow { import, row: row.row });
            *match row.outcome {
                Outcome::Registered if is_ours => &mut counts.registered,
                Outcome::Registered => &mut counts.unchanged,
                Outcome::Rejected(_) => &mut counts.rejected,
                Outcome::OnHold(_) => &mut counts.on_hold,
            } += 1;
        }
        counts
    }

    /// A plain INSERT, with the rows on hold that its attempt wrote.
    pub(crate) fn insert_chunk(
        &mut self,
        import: ImportId,
        rows: &ProcessedRows,
        counts: ImportCounts,
    ) -> Result<(), Duplicate> {
        let key = (import, part_of(rows));
        if self.imports.chunks.contains_key(&key) {
            return Err(Duplicate);
        }
        let held = rows.valid.iter().filter(|row| !row.outcome.is_final());
        let on_hold =
            held.map(|row| (row.registration.id, ImportRow { import, row: row.row })).collect();
        self.imports.chunks.insert(key, Recorded { counts, on_hold });
        Ok(())
    }

    /// What every reader sees of an import.
    pub(crate) fn counts_of(&self, import: ImportId) -> ImportCounts {
        let of_import = self.imports.chunks.range((import, 0)..=(import, u32::MAX));
        let is_whole = self.imports.chunks.contains_key(&(import, 0));
        let mut all = ImportCounts::default();
        for (_, recorded) in of_import.filter(|((_, part), _)| !is_whole || *part == 0) {
            all += recorded.counts;
            for (id, row) in &recorded.on_hold {
                let Some(outcome) = self.decided(id).first().copied() else { continue };
                all.on_hold -= 1;
                *match outcome {
                    Outcome::Registered if self.imports.rows.get(id) == Some(row) => {
                        &mut all.registered
                    }
                    Outcome::Registered => &mut all.unchanged,
                    _ => &mut all.rejected,
                } += 1;
            }
        }
        all
    }

    /// What must be counted once everything is at rest.
    pub(crate) fn counts_due(&self, import: ImportId, ids: &[RegistrationId]) -> ImportCounts {
        let mut due = ImportCounts { invalid: 1, ..Default::default() };
        for (row, id) in (FIRST_ROW..).zip(ids) {
            let is_ours = self.imports.rows.get(id) == Some(&ImportRow { import, row });
            *match self.outcomes(id).first() {
                Some(Outcome::Registered) if is_ours => &mut due.registered,
                Some(Outcome::Registered) => &mut due.unchanged,
                Some(Outcome::Rejected(_)) => &mut due.rejected,
                Some(Outcome::OnHold(_)) | None => &mut due.on_hold,
            } += 1;
        }
        due
    }
}
