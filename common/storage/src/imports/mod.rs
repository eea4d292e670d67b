//! What became of imported files: of each message of an import what it counts, and each row that did
//! not make it.
//!
//! A message is recorded once, after everything that it counts is stored, so that its redelivery
//! changes nothing, and what is counted always adds up.

pub(crate) mod broken_off;
pub(crate) mod cancellations;
pub(crate) mod entry;
pub(crate) mod failed_rows;
pub(crate) mod purge;
pub(crate) mod reader;
pub(crate) mod record;
mod settled;
