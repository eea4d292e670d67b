//! `/imports` and what is below it.

pub mod create;
pub mod template;
