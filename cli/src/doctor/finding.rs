//! What one look found.

use std::fmt::Display;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) check: &'static str,
    pub(super) verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Well(String),
    /// At least one thing is not as it should be.
    Wrong(Vec<Problem>),
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) what: String,
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
