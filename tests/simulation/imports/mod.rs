//! Imports: what is sent, what is recorded of it, and what must be counted.

pub(crate) mod messages;
pub(crate) mod tables;
