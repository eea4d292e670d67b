//! What became of an upload.

use registrar_domain::Reference;
use registrar_import_file::Understood;
use registrar_messaging::PublishError;
use registrar_storage::StorageError;

use super::broken_off::BrokenOff;
use super::dry_run::DryRunCounts;
use super::shown_errors::ShownError;

/// A file that was read.
#[derive(Debug)]
pub struct Imported {
    pub end: ImportEnd,
    pub understood: Understood,
    pub rows: u64,
    pub invalid: u64,
    pub bytes: u64,
    pub sha256: String,
    /// What is wrong with the first invalid rows.
    pub errors: Vec<ShownError>,
    /// Why there may be more rows than were taken in.
    pub broken_off: Option<BrokenOff>,
    /// Fields of a form that came after the file, and changed nothing.
    pub late_fields: Vec<String>,
}

/// What was done with a file.
#[derive(Debug)]
pub enum ImportEnd {
    /// It was taken in.
    Accepted(Reference),
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
