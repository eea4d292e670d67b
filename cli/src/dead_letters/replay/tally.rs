//! What a replay has come to.

use registrar_storage::{ActionResult, ReplayStatus};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recurrence {
    pub(super) letter: u64,
    pub(super) reason: String,
    pub(super) fingerprint: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) replayed: u64,
    pub(super) registered: u64,
    pub(super) rejected: u64,
    pub(super) recurred: Vec<Recurrence>,
    pub(super) undecided: Vec<u64>,
    pub(super) interrupted: bool,
    pub(super) failure: Option<String>,
}

impl Tally {
    pub(super) fn count(&mut self, letter: u64, status: ReplayStatus) {
        match status {
            ReplayStatus::Undecided => self.undecided.push(letter),
            ReplayStatus::Decided { registered, rejected } => {
                self.registered += registered;
                self.rejected += rejected;
            }
            ReplayStatus::Recurred { reason, fingerprint } => {
                self.recurred.push(Recurrence { letter, reason, fingerprint });
            }
        }
    }

    pub(super) fn must_stop(&self) -> bool {
        self.result() != ActionResult::Done
    }

    /// The worst that happened: a recurrence says the most.
    pub(super) fn result(&self) -> ActionResult {
        if !self.recurred.is_empty() {
            ActionResult::Recurred
        } else if self.failure.is_some() {
            ActionResult::Failed
        } else if self.interrupted {
            ActionResult::Interrupted
        } else if !self.undecided.is_empty() {
            ActionResult::Undecided
        } else {
            ActionResult::Done
        }
    }

    pub(super) fn exit_code(&self) -> u8 {
        match self.result() {
            ActionResult::Done => 0,
            ActionResult::Recurred => 1,
            ActionResult::Failed => 2,
            ActionResult::Undecided | ActionResult::Interrupted => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recurred() -> ReplayStatus {
        ReplayStatus::Recurred { reason: "undecodable".to_owned(), fingerprint: None }
    }

    #[test]
    fn registered_and_rejected_are_success() {
        let mut tally = Tally::default();
        tally.count(1, ReplayStatus::Decided { registered: 1, rejected: 0 });
        tally.count(2, ReplayStatus::Decided { registered: 0, rejected: 1 });
        assert_eq!((tally.registered, tally.rejected, tally.must_stop()), (1, 1, false));
        assert_eq!(tally.exit_code(), 0);
    }

    #[test]
    fn whatever_else_happens_stops_and_the_exit_code_says_the_worst() {
        let mut tally = Tally::default();
        tally.count(1, ReplayStatus::Undecided);
        assert!(tally.must_stop());
        assert_eq!((tally.result(), tally.exit_code()), (ActionResult::Undecided, 3));
        tally.interrupted = true;
        assert_eq!((tally.result(), tally.exit_code()), (ActionResult::Interrupted, 3));
        tally.failure = Some("RabbitMQ is away.".to_owned());
        assert_eq!((tally.result(), tally.exit_code()), (ActionResult::Failed, 2));
        tally.count(2, recurred());
        assert_eq!((tally.result(), tally.exit_code()), (ActionResult::Recurred, 1));
    }
}
