//! Faults: each test breaks one part while students register, and then counts outcomes.
//!
//! Every test has servers of its own and prints one line with what it counted: `cargo test -p
//! registrar-tests --test faults -- --nocapture`.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod broker_killed;
#[cfg(test)]
mod broker_restarted;
#[cfg(test)]
mod mysql_stopped;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod verdict;
#[cfg(test)]
mod worker_killed;
