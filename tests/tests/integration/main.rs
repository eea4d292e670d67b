//! Tests against real servers.

mod messaging;
