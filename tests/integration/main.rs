//! Tests against real servers.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod api;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod degraded;
#[cfg(test)]
mod end_to_end;
#[cfg(test)]
mod imports;
#[cfg(test)]
mod imports_worker;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod messaging;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod telemetry;
