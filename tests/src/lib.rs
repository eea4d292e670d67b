//! The harness: the real programs against real servers, and an oracle that counts outcomes.
//!
//! Tests read as sentences and wait on conditions with a deadline, never for a length of time.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a harness panics when the test cannot go on, which is how a test fails"
)]
// Optimised builds lay out the futures of whole look-ups, deeper than the usual limit.
#![recursion_limit = "256"]

pub mod api;
pub mod balancer;
pub mod broker;
pub mod browser;
pub mod collector;
pub mod command;
pub mod exposition;
pub mod generator;
pub mod held_statements;
pub mod imports;
pub mod ledger;
pub mod load;
pub mod lost_replies;
pub mod oracle;
pub mod other_session;
pub mod pipe_reading;
pub mod process;
pub mod process_list;
pub mod program;
pub mod proxy;
pub mod random;
pub mod rotel_output;
pub mod servers;
pub mod student;
pub mod submission;
pub mod trace_tree;
pub mod wait;
pub mod worker;
