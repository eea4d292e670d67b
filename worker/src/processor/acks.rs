//! What is stored and not acked yet, since the ledger has not noted it.

use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;

use registrar_messaging::{ChannelGone, Deliveries};
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// Acks in the order in which their batches were stored.
#[derive(Default)]
pub(super) struct Acks {
    pending: VecDeque<PendingAck>,
    messages: usize,
}

struct PendingAck {
    ack: Ack,
    messages: usize,
    /// None once it is noted.
    noted: Option<oneshot::Receiver<()>>,
    since: Instant,
}

/// The ledger has not noted it for too long.
#[derive(Debug)]
pub(super) struct Overdue;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ack {
    /// This delivery with everything before it.
    Through(u64),
    /// Nothing but these.
    Each(Vec<u64>),
}

impl Acks {
    /// Adds the ack of a batch of so many messages, which is due once they are noted.
    pub(super) fn push(&mut self, ack: Ack, messages: usize, noted: Option<oneshot::Receiver<()>>) {
        self.messages += messages;
        self.pending.push_back(PendingAck { ack, messages, noted, since: Instant::now() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// How many messages are stored and not acked.
    pub(super) fn messages(&self) -> usize {
        self.messages
    }

    /// Waits until the oldest is noted, or fails when that takes too long; for ever when there is
    /// none. Cancel-safe.
    pub(super) async fn noted(&mut self, within: Duration) -> Result<(), Overdue> {
        let Some(oldest) = self.pending.front_mut() else { return pending().await };
        let overdue_at = oldest.since + within;
        let Some(noted) = &mut oldest.noted else { return Ok(()) };
        match timeout_at(overdue_at, noted).await {
            Ok(Ok(())) => {
                oldest.noted = None;
                Ok(())
            }
            // When the task that writes notes is gone, nothing may be acked without it.
            Ok(Err(_)) => pending().await,
            Err(_) => Err(Overdue),
        }
    }

    /// Acks what is noted, in order: one multiple-ack for as many batches as it can.
    pub(super) async fn write<D: Deliveries>(
        &mut self,
        deliveries: &mut D,
    ) -> Result<(), ChannelGone> {
        let mut through = None;
        while let Some(ack) = self.next_noted() {
            match ack {
                Ack::Through(tag) => through = Some(tag),
                Ack::Each(tags) => {
                    if let Some(tag) = through.take() {
                        deliveries.ack_through(tag).await?;
                    }
                    for tag in tags {
                        deliveries.ack(tag).await?;
                    }
                }
            }
        }
        match through {
            Some(tag) => deliveries.ack_through(tag).await,
            None => Ok(()),
        }
    }

    fn next_noted(&mut self) -> Option<Ack> {
        let oldest = self.pending.front_mut()?;
        if oldest.noted.as_mut().is_some_and(|noted| noted.try_recv().is_err()) {
            return None;
        }
        let PendingAck { ack, messages, .. } = self.pending.pop_front()?;
        self.messages -= messages;
        Some(ack)
    }
}
