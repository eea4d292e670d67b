//! What is recorded of imported files.

mod entries;
mod purge;

pub(crate) use entries::{alone, entry};
pub(crate) use purge::purge;
