//! What operators do with dead letters: look, replay, discard. Each action leaves a record.

mod actions;
mod discard;
mod filter;
mod groups;
mod letters;
mod standing;
mod state;

pub use actions::{Action, ActionKind, ActionResult, RecordedAction};
pub use filter::LetterFilter;
pub use groups::LetterGroup;
pub use letters::{Matched, StoredLetter};
pub use standing::{Standing, Watched};
pub use state::{LetterState, UnknownLetterState};

use super::Pool;

/// Where an operator works on dead letters.
#[derive(Clone)]
pub struct DeadLetterDesk {
    pool: Pool,
}

impl DeadLetterDesk {
    /// A desk on the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }
}
