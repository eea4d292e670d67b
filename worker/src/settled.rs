//! How a registration ended.

use registrar_domain::{Lane, Outcome, Registration};

/// A registration, or a message that cannot be read, with how it ended.
#[derive(Debug)]
pub struct Settled<'a> {
    /// Where its message is in the batch.
    pub position: usize,
    /// The lane it was published to, where that is known.
    pub lane: Option<Lane>,
    /// The registration, where the message can be read.
    pub registration: Option<&'a Registration>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it ended so just now, rather than in an earlier delivery.
    pub is_fresh: bool,
}
