//! Tests against real servers.

mod end_to_end;
mod messaging;
mod storage;
