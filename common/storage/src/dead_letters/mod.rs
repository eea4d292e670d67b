//! What operators do with dead letters: list, replay, discard. Each action leaves a record.

pub(crate) mod audit_log;
mod discard;
pub(crate) mod filter;
pub(crate) mod groups;
pub(crate) mod query;
pub(crate) mod replay_status;
pub(crate) mod state;

use crate::pool::Pool;

/// What operators ask of dead letters.
#[derive(Clone)]
pub struct DeadLetterAdmin {
    pool: Pool,
}

impl DeadLetterAdmin {
    /// Works on the dead letters in the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }
}
