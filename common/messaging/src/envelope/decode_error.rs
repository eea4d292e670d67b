use registrar_domain::HoldReason;

/// A message that this version cannot read. Permanent: reading it again gives the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or not the JSON of an envelope.
    #[error("the message is not an envelope ({kind}, at column {column})")]
    NotAnEnvelope {
        /// What is wrong with the bytes.
        kind: &'static str,
        /// Where reading them stopped, from 1.
        column: usize,
    },
    /// This program panicked over it.
    #[error("reading the message panicked: see the log for where, and report it")]
    Panicked,
    #[error("the envelope holds no registration")]
    Empty,
    /// An envelope of a version that this program does not know.
    #[error("the envelope has version {0}, which this worker does not know: update the worker")]
    UnknownVersion(u64),
    /// A registration that breaks a rule of the domain.
    #[error("registration {index} of the envelope breaks a rule ({rule})")]
    InvalidRegistration {
        /// Which one, from 0.
        index: usize,
        /// The fields and codes, without values.
        rule: String,
    },
}

impl DecodeError {
    /// Why the message goes on hold.
    pub fn reason(&self) -> HoldReason {
        match self {
            Self::NotAnEnvelope { .. } | Self::Panicked | Self::Empty => HoldReason::Undecodable,
            Self::UnknownVersion(_) => HoldReason::UnknownVersion,
            Self::InvalidRegistration { .. } => HoldReason::InvalidRegistration,
        }
    }

    /// The same for messages that fail for the same cause, so that they can be replayed together.
    pub fn fingerprint(&self) -> String {
        let reason = self.reason().as_str();
        match self {
            Self::NotAnEnvelope { kind, .. } => format!("{reason}:{kind}"),
            Self::Panicked => format!("{reason}:panic"),
            Self::Empty => format!("{reason}:empty"),
            Self::UnknownVersion(version) => format!("{reason}:{version}"),
            Self::InvalidRegistration { rule, .. } => format!("{reason}:{rule}"),
        }
    }
}
