//! Queries without an answer while nothing is wrong.

/// A query that is rightly empty, and why. Each is full in a drill (`make drills`).
pub(crate) struct RightlyEmpty {
    /// What it contains, and no other query does.
    pub(crate) contains: &'static str,
    pub(crate) reason: &'static str,
}

pub(crate) const RIGHTLY_EMPTY: [RightlyEmpty; 2] = [
    RightlyEmpty {
        contains: "ALERTS{alertstate=\"firing\"}",
        reason: "no alert fires while nothing is wrong; each does in its drill",
    },
    RightlyEmpty {
        contains: "(increase(db_errors_total[10m])) > 0",
        reason: "only errors that happened are shown; MySQL's are in the drill of RetriesStorming",
    },
];

pub(crate) fn is_rightly_empty(expression: &str) -> bool {
    RIGHTLY_EMPTY.iter().any(|one| expression.contains(one.contains))
}
