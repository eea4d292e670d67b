//! The queue consumer: stores accepted registrations in MySQL, in batches, with retries.
//!
//! A delivery's way through the modules: [`consume`] keeps a queue open, [`batch`] gathers its
//! deliveries, [`writer`] settles them batch by batch, [`attempt`] gives each registration its
//! outcome, [`failure`] decides what to do when MySQL did not take it.

mod admin;
pub mod attempt;
pub mod batch;
pub mod consume;
mod delayed;
pub mod failure;
mod held;
pub mod interruption;
pub mod ledger;
mod letter;
pub mod metrics;
pub mod readiness;
mod run;
pub mod settings;
pub mod source;
mod trace;
pub mod waiting;
pub mod writer;

pub use run::{main, main_with};
