//! `/imports` and what is below it.

pub mod cancel;
pub mod create;
pub mod errors;
pub mod events;
pub mod list;
pub mod show;
pub mod template;
