use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeadLetterState {
    /// It waits for an operator; its registration is on hold.
    Held,
    /// It was published again, or its registration is registered or rejected.
    Replayed,
    /// An operator put it aside. The registration is shown as on hold, and can still be replayed.
    Discarded,
    /// A newer version stored a state that this one does not know.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be one of: held, replayed, discarded")]
pub struct UnknownDeadLetterState;

impl DeadLetterState {
    pub const ALL: [Self; 3] = [Self::Held, Self::Replayed, Self::Discarded];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Replayed => "replayed",
            Self::Discarded => "discarded",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn from_stored(state: &str) -> Self {
        state.parse().unwrap_or(Self::Unknown)
    }
}

impl FromStr for DeadLetterState {
    type Err = UnknownDeadLetterState;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownDeadLetterState)
    }
}

impl fmt::Display for DeadLetterState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
