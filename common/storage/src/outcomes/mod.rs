//! Bringing registrations to their outcomes, and reading those.

mod insert;
mod probe;
mod rejections;

pub(crate) mod batch;
pub(crate) mod hold;
pub(crate) mod refusals;
pub(crate) mod released;
pub(crate) mod rows;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod students;
pub(crate) mod totals;
