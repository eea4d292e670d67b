//! What became of an upload.

use registrar_domain::{ImportId, Reference};
use registrar_messaging::PublishError;
use registrar_storage::StorageError;

use super::answer::FileBody;
use super::broken_off::BrokenOff;
use super::dry_run::DryRunCounts;

/// A file that was read.
#[derive(Debug)]
pub struct Imported {
    pub end: ImportEnd,
    pub file: FileBody,
}

/// What was done with a file.
#[derive(Debug)]
pub enum ImportEnd {
    /// It was taken in.
    Accepted(ImportId, Reference),
    /// It was a dry run.
    Checked(DryRunCounts),
}

/// Why nothing of a file was taken in, or not all of it.
#[derive(Debug)]
pub enum ImportError {
    /// It could not be read.
    Unreadable(BrokenOff),
    /// A header and nothing below it.
    NoRows,
    /// So many rows were published, then the broker took no more.
    Publish { rows: u64, error: PublishError },
    /// A dry run could not look rows up.
    Storage(StorageError),
    /// The thread that reads panicked.
    Internal,
}
