//! What must never happen.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// An accepted registration has no outcome.
    Lost,
    /// A registration has more than one outcome.
    Doubled,
    /// Two students have one e-mail address.
    EmailTwice,
    /// A client reads the status of its registration, and gets another student's.
    OutcomeOfAnother,
    /// A registration was rejected for an address that no other one has.
    RejectedWithoutCause,
    /// A registration is on hold although only another one of its message crashed workers.
    HeldForANeighbour,
    /// The ledger says that a message which was confirmed was never settled.
    Unaccounted,
    /// The counts of an import are not what became of its rows.
    Miscounted,
    /// More rows of an import are counted than it has.
    Overcounted,
    /// Fewer rows of an import are counted than before.
    CountedBack,
    /// A manifest or a cancellation was accepted, and is not recorded.
    Forgotten,
    /// A delivery was acked before all of it had an outcome, or was in a queue again.
    AckedWithoutOutcome,
    /// It does not come to rest although there are no more faults.
    Stuck,
    /// A task of the product panicked.
    Panicked,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: Rule,
    pub(crate) detail: String,
}
