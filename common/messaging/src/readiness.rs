use std::fmt;

use super::line::LineCondition;

/// Whether the publisher takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// At least one connection takes messages.
    Ready,
    /// None does; a sentence that says why.
    NotReady(String),
}

impl Readiness {
    /// Whether messages are taken.
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    pub(super) fn of(lines: &[LineCondition]) -> Self {
        if lines.contains(&LineCondition::Open) {
            return Self::Ready;
        }
        // What says most: a block, then a cause, then that there is none yet.
        let why = |line: &LineCondition| match line {
            LineCondition::Blocked(reason) => {
                Some((2, format!("RabbitMQ takes no messages for now: {reason}")))
            }
            LineCondition::Connecting(Some(error)) => Some((1, error.to_string())),
            LineCondition::Connecting(None) => Some((0, "connecting to RabbitMQ".to_owned())),
            LineCondition::Open | LineCondition::Stopped => None,
        };
        let most = lines.iter().filter_map(why).max();
        Self::NotReady(most.map_or_else(|| "shutting down".to_owned(), |(_, sentence)| sentence))
    }
}

impl fmt::Display for Readiness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ready => formatter.write_str("ready"),
            Self::NotReady(why) => formatter.write_str(why),
        }
    }
}
