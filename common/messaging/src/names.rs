//! What the exchanges and queues are called.

use registrar_domain::Lane;

/// Where registrations are published; the routing key is the lane's name.
pub const REGISTRATIONS_EXCHANGE: &str = "registrations";
/// The exchange, and its queue, of what could not be routed: stored nevertheless, and alarmed.
pub const UNROUTED: &str = "registrations.unrouted";
/// The exchange, and its queue, of what the broker itself gives up on.
pub const DEAD_LETTER: &str = "registrations.dead-letter";

/// The exchange, and its queue, of what publishers state for the ledger.
pub const LEDGER: &str = "registrations.ledger";

pub const fn queue_for(lane: Lane) -> &'static str {
    match lane {
        Lane::Interactive => "registrations.interactive",
        Lane::Bulk => "registrations.bulk",
    }
}
