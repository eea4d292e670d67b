//! What is recorded of imports, and what must be counted.

use std::collections::{BTreeMap, BTreeSet};

use registrar_domain::{ImportId, ImportRow, Outcome, Registration, RegistrationId};
use registrar_storage::{ImportCounts, ProcessedRows};

use super::super::tables::{Duplicate, Tables};
use super::super::violation::Rule;

/// The tables of imports.
#[derive(Default)]
pub(crate) struct ImportTables {
    /// What was counted: by import, the chunk's first row, and 0 or the first row of a part.
    chunks: BTreeMap<(ImportId, u32, u32), Recorded>,
    /// How many rows an import has, as its manifest says.
    manifests: BTreeMap<ImportId, u64>,
    cancelled: BTreeSet<ImportId>,
    /// The rows that students came from.
    pub(crate) rows: BTreeMap<RegistrationId, ImportRow>,
    /// How many rows a reader has seen counted.
    counted: BTreeMap<ImportId, u64>,
    /// Of which there is something new to read.
    changed: Option<ImportId>,
    /// What was found not to be registered when its import was cancelled.
    not_registered: BTreeSet<RegistrationId>,
    /// What of that was sent to the database afterwards.
    late: BTreeSet<RegistrationId>,
}

impl ImportTables {
    pub(crate) fn note_not_registered(&mut self, ids: impl IntoIterator<Item = RegistrationId>) {
        self.not_registered.extend(ids);
    }

    pub(crate) fn note_sent(&mut self, rows: &[Registration]) {
        let ids = rows.iter().map(|row| row.id).filter(|id| self.not_registered.contains(id));
        self.late.extend(ids);
    }
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
    pub(crate) fn insert_manifest(&mut self, import: ImportId, rows: u64) {
        self.imports.manifests.insert(import, rows);
        self.imports.changed = Some(import);
    }

    pub(crate) fn has_manifest(&self, import: ImportId) -> bool {
        self.imports.manifests.contains_key(&import)
    }

    pub(crate) fn cancel(&mut self, import: ImportId) {
        self.imports.cancelled.insert(import);
    }

    pub(crate) fn is_cancelled(&self, import: ImportId) -> bool {
        self.imports.cancelled.contains(&import)
    }

    pub(crate) fn is_recorded(&self, import: ImportId, first_row: u32, part: u32) -> bool {
        let is_there = |part| self.imports.chunks.contains_key(&(import, first_row, part));
        [0, part].into_iter().any(is_there)
    }

    /// What a message counts, by who registered its students.
    pub(crate) fn count(&self, import: ImportId, rows: &ProcessedRows) -> ImportCounts {
        let mut counts = ImportCounts { invalid: rows.invalid.len() as u64, ..Default::default() };
        for row in &rows.valid {
            let from = self.imports.rows.get(&row.registration.id).copied();
            let is_ours = row.is_fresh || from == Some(ImportRow { import, row: row.row });
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
        let key = (import, rows.first_row, part_of(rows));
        if self.imports.chunks.contains_key(&key) {
            return Err(Duplicate);
        }
        let held = rows.valid.iter().filter(|row| !row.outcome.is_final());
        let on_hold =
            held.map(|row| (row.registration.id, ImportRow { import, row: row.row })).collect();
        self.imports.chunks.insert(key, Recorded { counts, on_hold });
        self.imports.changed = Some(import);
        Ok(())
    }

    /// As if a message had never been recorded.
    pub(crate) fn forget_chunk(&mut self, import: ImportId, rows: &ProcessedRows) {
        self.imports.chunks.remove(&(import, rows.first_row, part_of(rows)));
    }

    /// What every reader sees of an import.
    pub(crate) fn counts_of(&self, import: ImportId) -> ImportCounts {
        let chunks = &self.imports.chunks;
        let of_import = chunks.range((import, 0, 0)..=(import, u32::MAX, u32::MAX));
        let is_whole = |first_row| chunks.contains_key(&(import, first_row, 0));
        let mut all = ImportCounts::default();
        for (_, recorded) in
            of_import.filter(|((_, first, part), _)| *part == 0 || !is_whole(*first))
        {
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

    /// What is wrong with what a reader sees now of the import of which something was just recorded.
    pub(crate) fn wrongly_counted(&mut self) -> Option<(Rule, String)> {
        let import = self.imports.changed.take()?;
        let total = self.counts_of(import).total();
        let before = self.imports.counted.insert(import, total).unwrap_or_default();
        if total < before {
            return Some((Rule::CountedBack, format!("{total} rows, and {before} before")));
        }
        let rows = *self.imports.manifests.get(&import)?;
        (total > rows).then(|| (Rule::Overcounted, format!("{total} of {rows} rows")))
    }

    /// Why an import is not counted as it must be once everything is at rest. Nothing is known of one
    /// without its manifest.
    pub(crate) fn miscounted(
        &self,
        import: ImportId,
        rows: &BTreeMap<u32, RegistrationId>,
    ) -> Option<String> {
        let all = *self.imports.manifests.get(&import)?;
        let is_cancelled = self.is_cancelled(import);
        let mut due = ImportCounts { invalid: all - rows.len() as u64, ..Default::default() };
        let mut late = 0;
        for (&row, id) in rows {
            let is_ours = self.imports.rows.get(id) == Some(&ImportRow { import, row });
            late += u64::from(is_cancelled && is_ours && self.imports.late.contains(id));
            *match self.outcomes(id).first() {
                Some(Outcome::Registered) if is_ours => &mut due.registered,
                Some(Outcome::Registered) => &mut due.unchanged,
                Some(Outcome::Rejected(_)) => &mut due.rejected,
                None if is_cancelled => &mut due.rejected,
                Some(Outcome::OnHold(_)) | None => &mut due.on_hold,
            } += 1;
        }
        let counts = self.counts_of(import);
        // What was cancelled may be registered or on hold by now, since it was sent otherwise too.
        let is_right = if is_cancelled {
            let registered = due.registered - late..=due.registered;
            counts.invalid == due.invalid
                && counts.total() == due.total()
                && registered.contains(&counts.registered)
        } else {
            counts == due
        };
        (!is_right).then(|| format!("{counts:?} instead of {due:?}"))
    }
}
