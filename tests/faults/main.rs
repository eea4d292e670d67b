//! Faults: each test breaks one part while students register, and then counts outcomes.
//!
//! Every test has servers of its own and prints one line with what it counted; `make faults` makes a
//! table of them.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod api_killed;
#[cfg(test)]
mod broker_blocked;
#[cfg(test)]
mod broker_killed;
#[cfg(test)]
mod broker_restarted;
#[cfg(test)]
mod clients_hang_up;
#[cfg(test)]
mod cluster;
#[cfg(test)]
mod consumer_cut_off;
#[cfg(test)]
mod dead_letters_away;
#[cfg(test)]
mod deadlock;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod ledger_away;
#[cfg(test)]
mod lock_waits;
#[cfg(test)]
mod mysql_stopped;
#[cfg(test)]
mod poison;
#[cfg(test)]
mod publisher_cut_off;
#[cfg(test)]
mod queue_full;
#[cfg(test)]
mod read_only;
#[cfg(test)]
mod replies_lost;
#[cfg(test)]
mod rolling_deploy;
#[cfg(test)]
mod row_locked;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod soak;
#[cfg(test)]
mod stdout_stalled;
#[cfg(test)]
mod table_refuses;
#[cfg(test)]
mod topology_damaged;
#[cfg(test)]
mod verdict;
#[cfg(test)]
mod worker_killed;
