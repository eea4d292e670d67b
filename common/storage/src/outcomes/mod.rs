//! Bringing registrations to their outcomes, and reading those.

mod batch;
mod insert;
mod probe;
mod refusals;
mod rejections;
mod students;

pub(crate) mod hold;
pub(crate) mod released;
pub(crate) mod rows;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod totals;
