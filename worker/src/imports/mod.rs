//! What is recorded of imported files.

mod broken_off;
mod entries;
mod purge;

pub(crate) use broken_off::mark_broken_off;
pub(crate) use entries::{entry, envelope_of_one};
pub(crate) use purge::purge;
