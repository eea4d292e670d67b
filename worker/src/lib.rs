//! The queue consumer: stores accepted registrations in MySQL, in batches, with retries.
//!
//! A delivery's way through the modules: [`consumer`] keeps a queue open, [`batcher`] gathers its
//! deliveries as [`item`]s, [`processor`] stores and acks them batch by batch, [`retry_decision`]
//! decides what to do when MySQL did not take them.

mod app;
pub mod batcher;
pub mod consumer;
mod dead_letter;
mod imports;
pub mod item;
pub mod ledger;
pub mod observe;
pub mod processor;
pub mod readiness;
pub mod retry_decision;
pub mod settings;
pub mod source;
pub mod split;
pub mod unavailable;

pub use app::{main, main_with};
