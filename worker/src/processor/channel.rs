//! What a processor works on.

use registrar_messaging::Deliveries;
use registrar_runtime::retry::RetryPolicy;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::ProcessorEnd;
use super::acks::{Ack, Acks};
use super::delayed::Delayed;
use crate::item::Item;
use crate::observe::oldest_waiting::ChannelWaiting;
use crate::unavailable::Unavailable;

/// Where a batch comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the channel, in order.
    Next,
    /// From the channel after something was put aside.
    InHand,
    /// It was delayed, and is tried again.
    Delayed,
    /// It was delayed for so long that it goes on hold when it is delayed once more.
    Overdue,
}

impl Origin {
    pub(super) fn is_first_attempt(self) -> bool {
        matches!(self, Self::Next | Self::InHand)
    }
}

/// The deliveries of a channel, with those that are not acked yet: stored ones that wait for the
/// ledger, and delayed ones.
pub(super) struct Channel<'r, D> {
    pub(super) deliveries: &'r mut D,
    pub(super) acks: Acks,
    pub(super) delayed: Delayed,
    pub(super) waiting: ChannelWaiting,
    pub(super) stop: &'r CancellationToken,
    prefetch: usize,
}

impl<'r, D: Deliveries> Channel<'r, D> {
    pub(super) fn new(
        deliveries: &'r mut D,
        prefetch: u16,
        retry: RetryPolicy,
        waiting: ChannelWaiting,
        stop: &'r CancellationToken,
    ) -> Self {
        let (acks, delayed) = (Acks::default(), Delayed::none(retry));
        Self { deliveries, acks, delayed, waiting, stop, prefetch: prefetch.into() }
    }

    /// Whether so many more that wait for the ledger leave the broker little to hand out.
    pub(super) fn is_running_low(&self, more: usize) -> bool {
        2 * (self.acks.messages() + more) >= self.prefetch
    }

    /// Acks what is settled of a batch once it is noted. While anything is delayed, nothing is acked
    /// with what came before.
    pub(super) fn ack_once_noted(
        &mut self,
        settled: &[&Item],
        is_whole: bool,
        noted: Option<oneshot::Receiver<()>>,
    ) {
        let ack = match settled.last() {
            Some(last) if is_whole && self.delayed.is_empty() => Ack::Through(last.delivery.tag),
            _ => Ack::Each(settled.iter().map(|item| item.delivery.tag).collect()),
        };
        self.acks.push(ack, settled.len(), noted);
    }

    pub(super) async fn ack(&mut self) -> Result<(), ProcessorEnd> {
        let acked = self.acks.write(self.deliveries).await;
        acked.map_err(|_gone| Unavailable::ConnectionLost.into())
    }

    /// Ends a batch: what is delayed of it stays.
    pub(super) fn keep_delayed(&mut self, batch: Vec<Item>, origin: Origin) {
        if origin.is_first_attempt() {
            self.delayed.keep(batch);
        } else {
            self.delayed.keep_again(batch);
        }
        self.waiting.settled(self.delayed.oldest());
    }
}
