//! What would become of the rows of a file, without any of it being sent.

use registrar_domain::{Registration, RowRejection};
use registrar_storage::{ImportReader, Known, StorageError};

use super::chunk::Chunk;
use super::limits::ImportLimits;
use super::seen_rows::SeenRows;
use super::shown_errors::{ShownError, ShownErrors};

/// What would become of the valid rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DryRunCounts {
    pub new: u64,
    pub unchanged: u64,
    pub duplicates: u64,
}

/// Looks rows up and remembers their addresses.
pub struct DryRun {
    stored: ImportReader,
    seen: SeenRows,
    pub counts: DryRunCounts,
}

impl DryRun {
    pub fn new(stored: ImportReader, limits: &ImportLimits) -> Self {
        let seen = SeenRows::with_room_for(limits.import_rows);
        Self { stored, seen, counts: DryRunCounts::default() }
    }

    /// Counts the rows of a chunk, which come in the file's order.
    pub async fn check(&mut self, chunk: &Chunk) -> Result<ShownErrors, StorageError> {
        let known = self.stored.known(&chunk.registrations).await?;
        let rejected = chunk.registrations.iter().zip(known);
        let rejected = rejected.filter_map(|(registration, known)| {
            let row = registration.import?.row;
            Some(ShownError::new(row, self.rejection(registration, row, known)?.into()))
        });
        Ok(ShownErrors::from_rows(&chunk.invalid).merged_with(rejected.collect()))
    }

    fn rejection(&mut self, one: &Registration, row: u32, known: Known) -> Option<RowRejection> {
        let earlier = self.seen.note(one.student.email().key(), row);
        let (count, rejection) = match (known, earlier) {
            (Known::Unchanged, _) => (&mut self.counts.unchanged, None),
            (Known::EmailTaken, _) => {
                (&mut self.counts.duplicates, Some(RowRejection::EmailAlreadyRegistered))
            }
            (Known::New, Some(earlier)) => {
                (&mut self.counts.duplicates, Some(RowRejection::EmailOfRow(earlier)))
            }
            (Known::New, None) => (&mut self.counts.new, None),
        };
        *count += 1;
        rejection
    }
}
