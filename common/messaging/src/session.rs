//! What the publisher needs of a broker, and no more: a simulation can stand in for it.

use std::future::Future;

use super::{ConnectError, OutgoingMessage, Statement};

/// Opens sessions, one after the other.
pub trait Connector: Send + 'static {
    /// What it opens.
    type Session: Session;

    /// Opens a session that is ready to publish. Ends in bounded time.
    fn connect(&mut self) -> impl Future<Output = Result<Self::Session, ConnectError>> + Send;
}

/// One connection with one channel in confirm mode. Dropping it cuts the connection.
pub trait Session: Send + 'static {
    /// Resolves when it is known what became of one message; at the latest when the session ends.
    type Confirm: Future<Output = Settlement> + Send + Unpin + 'static;

    /// Puts a message on its way, behind those before it, without waiting.
    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm;

    /// Puts a statement on its way to the ledger, in the same way.
    fn state(&mut self, statement: &Statement) -> Self::Confirm;

    /// The next change of the session's condition. Cancel-safe.
    fn changed(&mut self) -> impl Future<Output = Condition> + Send;

    /// Says goodbye to the broker. Ends in bounded time.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// What became of a message on its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// On disk in a queue.
    Confirmed,
    /// Not stored; the broker said so.
    Refused,
    /// The broker sent back a message for which it knows no queue: perhaps this one, perhaps one
    /// that was confirmed after it, since the library hands it out with the next confirm.
    Returned,
    /// The session ended first.
    Lost,
}

/// In what condition a session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It takes messages.
    Open,
    /// The broker is short of memory or disk and takes nothing for now; its reason.
    Blocked(String),
    /// It is over; why.
    Lost(String),
}
