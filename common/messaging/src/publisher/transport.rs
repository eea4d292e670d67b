//! What the publisher needs of a broker, and no more: a simulation can stand in for it.

use std::future::Future;

use super::message::OutgoingMessage;
use crate::error::ConnectError;
use crate::ledger::confirm_report::ConfirmReport;

/// Opens channels, one after the other, each on a connection of its own.
pub trait Connector: Send + 'static {
    /// What it opens.
    type Channel: ConfirmChannel;

    /// Opens a channel that is ready to publish. Ends in bounded time.
    fn connect(&mut self) -> impl Future<Output = Result<Self::Channel, ConnectError>> + Send;
}

/// A connection with one channel in confirm mode. Dropping it cuts the connection.
pub trait ConfirmChannel: Send + 'static {
    /// Resolves to the outcome of one message; at the latest when the channel closes.
    type Confirm: Future<Output = ConfirmOutcome> + Send + Unpin + 'static;

    /// Sends a message behind those before it, without waiting.
    fn publish(&mut self, message: OutgoingMessage) -> Self::Confirm;

    /// Sends a confirm report to the ledger's queue, in the same way.
    fn publish_report(&mut self, report: &ConfirmReport) -> Self::Confirm;

    /// The next change of the channel's state. Cancel-safe.
    fn state_changed(&mut self) -> impl Future<Output = ChannelState> + Send;

    /// Closes the connection gracefully. Ends in bounded time.
    fn close(self) -> impl Future<Output = ()> + Send;
}

/// How the broker answered a publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmOutcome {
    /// On disk in a queue.
    Acked,
    /// Not stored; the broker said so.
    Nacked,
    /// The broker returned a message that no queue takes: perhaps this one, perhaps one that was
    /// confirmed after it, since the library hands a return out with the next confirm.
    Returned,
    /// The channel closed first.
    ChannelClosed,
    /// The channel closed, since the user may not write to this exchange.
    AccessRefused(&'static str),
}

/// Whether a channel takes messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelState {
    /// It takes messages.
    Open,
    /// The broker is short of memory or disk and takes nothing for now; its reason.
    Blocked(String),
    /// It is over; why.
    Closed(String),
}
