//! Everything that parses untrusted bytes, given a corpus of good and bad inputs and mutations of it.
//!
//! `tests/corpus` has a folder for each reader. What breaks one is kept there as a file, and so never
//! breaks it again.
#![cfg(test)]
mod content_type;
mod corpus;
mod delivery;
mod envelope;
mod idempotency_key;
mod mutation;
mod negotiation;
mod prefer;
mod reference;
mod registration_body;
mod trace_context;
