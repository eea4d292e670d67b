//! Tests against real servers.

// The attribute tells clippy that the helpers in it are tests too.
#[cfg(test)]
mod messaging;
