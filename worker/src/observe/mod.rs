//! What SREs see of a worker: metrics, spans, and how old the oldest registration is that waits.

pub(crate) mod held_gauge;
pub mod metrics;
pub mod oldest_waiting;
pub mod trace;
