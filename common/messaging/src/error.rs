use lapin::ErrorKind;
use lapin::protocol::{AMQPErrorKind, AMQPHardError, AMQPSoftError};

/// Why there is no usable connection to RabbitMQ.
///
/// Only [`Unreachable`](Self::Unreachable) and [`TimedOut`](Self::TimedOut) are transient; the
/// others last until an operator acts, and are tried again nevertheless, since that act is not
/// seen from here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// No server answers, or the connection broke.
    #[error("RabbitMQ cannot be reached at {place}: {cause}")]
    Unreachable {
        /// Host and port, when known.
        place: String,
        /// What the network or the broker said.
        cause: String,
    },
    /// It did not answer in time.
    #[error("RabbitMQ at {place} did not answer in time: see if it runs and is not overloaded")]
    TimedOut { place: String },
    /// Wrong user or password, or no right to do what is needed.
    #[error(
        "RabbitMQ refuses access ({0}): check the user, the password and the virtual host in \
         AMQP_URL, and that the user may configure, write and read there"
    )]
    AccessRefused(String),
    /// An exchange or queue is not there.
    #[error(
        "RabbitMQ lacks something that this version needs ({0}): it is declared again; where the \
         user in AMQP_URL may not configure, let one who may start an API or a worker once"
    )]
    Missing(String),
    /// An exchange or queue exists with other settings.
    #[error(
        "RabbitMQ has the {kind} `{name}` with other settings than this version needs ({detail}): \
         let the workers empty it, delete it, and it is declared anew; or use another virtual host"
    )]
    TopologyDiffers {
        kind: &'static str,
        name: &'static str,
        /// What the broker found to differ.
        detail: String,
    },
}

impl ConnectError {
    /// The same, saying where.
    pub(crate) fn at(self, at: &str) -> Self {
        match self {
            Self::Unreachable { cause, .. } => Self::Unreachable { place: at.to_owned(), cause },
            other => other,
        }
    }
}

impl From<lapin::Error> for ConnectError {
    fn from(error: lapin::Error) -> Self {
        if is_missing(&error) {
            return Self::Missing(message_of(&error));
        }
        if let ErrorKind::ProtocolError(refusal) = error.kind()
            && matches!(
                refusal.kind(),
                AMQPErrorKind::Soft(AMQPSoftError::ACCESSREFUSED)
                    | AMQPErrorKind::Hard(AMQPHardError::NOTALLOWED | AMQPHardError::INVALIDPATH)
            )
        {
            return Self::AccessRefused(refusal.get_message().as_str().to_owned());
        }
        Self::Unreachable { place: "the given address".to_owned(), cause: error.to_string() }
    }
}

/// Whether the broker says that an exchange or a queue is not there.
pub(crate) fn is_missing(error: &lapin::Error) -> bool {
    let not_found = AMQPErrorKind::Soft(AMQPSoftError::NOTFOUND);
    matches!(error.kind(), ErrorKind::ProtocolError(refusal) if *refusal.kind() == not_found)
}

fn message_of(error: &lapin::Error) -> String {
    match error.kind() {
        ErrorKind::ProtocolError(refusal) => refusal.get_message().as_str().to_owned(),
        _ => error.to_string(),
    }
}
