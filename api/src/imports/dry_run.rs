//! What would become of the rows of a file, without any of it being sent.

use registrar_domain::{Registration, RowRejection};
use registrar_storage::{ImportReader, StorageError, StudentLookup};

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
        let found = self.stored.look_up(&chunk.registrations).await?;
        let rejected = chunk.registrations.iter().zip(found);
        let rejected = rejected.filter_map(|(registration, found)| {
            let row = registration.import?.row;
            Some(ShownError::new(row, self.rejection(registration, row, found)?.into()))
        });
        Ok(ShownErrors::from_rows(&chunk.invalid).merged_with(rejected.collect()))
    }

    fn rejection(
        &mut self,
        one: &Registration,
        row: u32,
        found: StudentLookup,
    ) -> Option<RowRejection> {
        let earlier = self.seen.note(one.student.email().key(), row);
        let (count, rejection) = match (found, earlier) {
            (StudentLookup::Unchanged, _) => (&mut self.counts.unchanged, None),
            (StudentLookup::EmailTaken, _) => {
                (&mut self.counts.duplicates, Some(RowRejection::EmailAlreadyRegistered))
            }
            (StudentLookup::New, Some(earlier)) => {
                (&mut self.counts.duplicates, Some(RowRejection::EmailOfRow(earlier)))
            }
            (StudentLookup::New, None) => (&mut self.counts.new, None),
        };
        *count += 1;
        rejection
    }
}
