//! Tests against real servers.

mod storage;
