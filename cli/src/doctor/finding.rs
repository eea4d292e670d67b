//! What one look found.

use std::fmt::Display;

/// What was found by looking at one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What was looked at, in a word.
    pub(super) check: &'static str,
    /// What was found.
    pub(super) verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// As it should be; what there is.
    Well(String),
    /// At least one thing is not as it should be.
    Wrong(Vec<Problem>),
    /// It could not be looked at; why.
    Unknown(String),
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// A sentence.
    pub(super) what: String,
    /// A sentence that says how to fix it.
    pub(super) fix: String,
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }
}

impl Finding {
    pub(super) fn well(check: &'static str, what: impl Into<String>) -> Self {
        Self { check, verdict: Verdict::Well(what.into()) }
    }

    pub(super) fn wrong(check: &'static str, problem: Problem) -> Self {
        Self { check, verdict: Verdict::Wrong(vec![problem]) }
    }

    pub(super) fn unknown(check: &'static str, why: impl Display) -> Self {
        Self { check, verdict: Verdict::Unknown(why.to_string()) }
    }

    /// Well unless there are problems.
    pub(super) fn from_problems(
        check: &'static str,
        problems: Vec<Problem>,
        well: impl Into<String>,
    ) -> Self {
        if problems.is_empty() {
            Self::well(check, well)
        } else {
            Self { check, verdict: Verdict::Wrong(problems) }
        }
    }
}
