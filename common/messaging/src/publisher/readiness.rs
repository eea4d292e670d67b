use std::fmt;

use super::inbox::ConnectionState;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// At least one connection takes messages.
    Ready,
    /// None does; a sentence that says why.
    NotReady(String),
}

impl Readiness {
    pub fn is_ready(&self) -> bool {
        *self == Self::Ready
    }

    pub(crate) fn from_states(states: &[ConnectionState]) -> Self {
        if states.contains(&ConnectionState::Open) {
            return Self::Ready;
        }
        // What says most: a block, then a cause, then that there is none yet.
        let why = |state: &ConnectionState| match state {
            ConnectionState::Blocked(reason) => {
                Some((2, format!("RabbitMQ takes no messages for now: {reason}")))
            }
            ConnectionState::Connecting(Some(error)) => Some((1, error.to_string())),
            ConnectionState::Connecting(None) => Some((0, "connecting to RabbitMQ".to_owned())),
            ConnectionState::Open | ConnectionState::Stopped => None,
        };
        let most = states.iter().filter_map(why).max();
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
