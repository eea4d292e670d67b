//! Addresses and methods that are not there.

use crate::problem::{Problem, ProblemKind};

/// For every address that is no route.
pub async fn not_found() -> Problem {
    Problem::new(
        ProblemKind::NotFound,
        "Nothing is at this address. See /docs for every address there is.",
    )
}

/// For methods that a route does not take; the router adds `Allow`.
pub async fn method_not_allowed() -> Problem {
    Problem::new(
        ProblemKind::MethodNotAllowed,
        "This address does not take this method. The Allow header lists those it takes.",
    )
}
