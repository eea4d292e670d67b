//! What a check found.

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
    /// It could not be looked at.
    Unknown(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) what: String,
    pub(super) fix: String,
}

impl Finding {
    /// An error says why it could not be looked at.
    pub(super) fn new(check: &'static str, examined: anyhow::Result<Verdict>) -> Self {
        let verdict = examined.unwrap_or_else(|error| Verdict::Unknown(error.to_string()));
        Self { check, verdict }
    }
}

impl Verdict {
    pub(super) fn well(what: impl Into<String>) -> Self {
        Self::Well(what.into())
    }

    pub(super) fn wrong(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Wrong(vec![Problem::new(what, fix)])
    }

    pub(super) fn from_problems(problems: Vec<Problem>, well: impl Into<String>) -> Self {
        if problems.is_empty() { Self::well(well) } else { Self::Wrong(problems) }
    }
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { what: what.into(), fix: fix.into() }
    }
}
