//! Drills: each causes the condition of an alert, sees it fire, does what the runbook says, and sees it
//! resolve; by the real Prometheus and Alertmanager with the real rules and routes, but for their lengths
//! of time, which are divided by one factor.
//!
//! They take half an hour and are run by `make drills`, which makes a table of what they print.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod broker_alarm;
#[cfg(test)]
mod budget_burns;
#[cfg(test)]
mod dashboards;
#[cfg(test)]
mod database_pool_exhausted;
#[cfg(test)]
mod drill;
#[cfg(test)]
mod files;
#[cfg(test)]
mod imports_failing;
#[cfg(test)]
mod lane_backlog_growing;
#[cfg(test)]
mod lane_without_consumer;
#[cfg(test)]
mod log_lines_dropped;
#[cfg(test)]
mod monitoring;
#[cfg(test)]
mod my_sql_connections_nearly_exhausted;
#[cfg(test)]
mod my_sql_down;
#[cfg(test)]
mod oldest_registration_waits_long;
#[cfg(test)]
mod registrations_in_doubt;
#[cfg(test)]
mod registrations_ledger_not_known;
#[cfg(test)]
mod registrations_of_an_unknown_version;
#[cfg(test)]
mod registrations_on_hold;
#[cfg(test)]
mod registrations_rate_limited;
#[cfg(test)]
mod registrations_unaccounted;
#[cfg(test)]
mod registrations_unroutable;
#[cfg(test)]
mod retries_storming;
#[cfg(test)]
mod roster;
#[cfg(test)]
mod servers;
#[cfg(test)]
mod shortened;
#[cfg(test)]
mod sink;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod target_down;
