//! Tests against real servers.
// The attributes tell clippy that the helpers of the tests are tests too.

#[cfg(test)]
mod api;
#[cfg(test)]
mod end_to_end;
#[cfg(test)]
mod messaging;
#[cfg(test)]
mod storage;
