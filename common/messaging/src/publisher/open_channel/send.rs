//! Which of the requests are sent now.

use tokio::time::Instant;

use super::{OpenChannel, in_use};
use crate::publisher::error::PublishError;
use crate::publisher::gathering::{FEW_MESSAGES, GROUP_MOST};
use crate::publisher::outstanding::Payload;
use crate::publisher::transport::ConfirmChannel;

impl<C: ConfirmChannel> OpenChannel<'_, C> {
    /// As many as there are, so that one wake-up writes many messages.
    pub(super) fn send_all_that_fit(&mut self) {
        if std::mem::take(&mut self.releases) {
            let mut gathered = self.gathering.len();
            while gathered > 0 && self.send(gathered) {
                gathered = gathered.min(self.gathering.len());
            }
        }
        loop {
            while self.has_room()
                && let Ok(request) = self.inbox.requests.try_recv()
            {
                self.gathering.push(request);
            }
            let is_few = self.outstanding.messages() < FEW_MESSAGES;
            let least = if is_few { 1 } else { GROUP_MOST };
            let is_due = self.gathering.len() >= least
                || self.gathering.starts_with_message()
                || self.is_first_due()
                || self.is_blocked;
            if !is_due || !self.send(GROUP_MOST) {
                return;
            }
        }
    }

    /// Whether a request may be taken from the queue: as many as a message carries and the window
    /// has permits for, and one when there is none.
    pub(super) fn has_room(&self) -> bool {
        let waiting = self.gathering.len();
        let taken = self.outstanding.weight() + waiting;
        waiting == 0 || (waiting < GROUP_MOST && taken < self.inbox.limits.window)
    }

    /// Sends the next message, of at most so many registrations; false when nothing was sent.
    fn send(&mut self, most: usize) -> bool {
        self.drop_what_need_not_be_sent();
        let most = most.min(GROUP_MOST).min(self.permits());
        if most == 0 {
            return false;
        }
        let Some((mut message, replies)) = self.gathering.take(most) else { return false };
        let lane = message.lane;
        let numbers = self.inbox.sequence.next(lane, replies.len());
        message.numbers = Some(numbers);
        self.inbox.observer.window_changed(in_use(replies.len()));
        let confirm = self.channel.publish(message);
        self.outstanding.add(Payload::Registrations(lane, numbers), confirm, replies);
        true
    }

    fn permits(&self) -> usize {
        self.inbox.limits.window.saturating_sub(self.outstanding.weight())
    }

    /// Whether the first has waited for as long as it may.
    fn is_first_due(&self) -> bool {
        self.gathering.first().is_some_and(|first| first.send_before <= Instant::now())
    }

    /// Passes over requests whose callers hung up, and answers those that must not be sent any more.
    fn drop_what_need_not_be_sent(&mut self) {
        self.gathering.drop_abandoned();
        let is_full = self.permits() == 0;
        while self.is_blocked || (is_full && self.is_first_due()) {
            let Some(request) = self.gathering.pop() else { return };
            let error =
                if self.is_blocked { PublishError::Unavailable } else { PublishError::Saturated };
            request.reply.answer(Err(error));
        }
    }
}
