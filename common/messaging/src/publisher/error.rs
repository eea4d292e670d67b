use std::time::Duration;

/// Why a message is not known to be stored. All are transient: try again after
/// [`retry_after`](Self::retry_after).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PublishError {
    /// More registrations than the broker takes at the moment. Not sent.
    #[error("too many registrations wait for RabbitMQ; nothing was sent")]
    Saturated,
    /// No connection, or RabbitMQ takes nothing for now. Not sent.
    #[error("RabbitMQ takes no messages at the moment; nothing was sent")]
    Unavailable,
    /// The broker did not store it: the queue is full.
    #[error("RabbitMQ refused the message; nothing was stored")]
    Refused,
    /// Sent, and not confirmed: it may be stored. Publish it again under the same id.
    #[error("RabbitMQ did not confirm the message; it may have been stored")]
    Unknown,
}

impl PublishError {
    pub const ALL: [Self; 4] = [Self::Saturated, Self::Unavailable, Self::Refused, Self::Unknown];

    /// The error's name in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saturated => "saturated",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }

    /// When trying again makes sense: soon after a crowd, later when something must recover.
    pub fn retry_after(self) -> Duration {
        Duration::from_secs(match self {
            Self::Saturated => 1,
            Self::Unknown => 2,
            Self::Unavailable | Self::Refused => 5,
        })
    }
}
