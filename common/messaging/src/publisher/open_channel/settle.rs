//! What the broker's confirms, or their absence, mean for the callers.

use tokio::time::Instant;

use super::report::FORBIDDEN_REPORT_INTERVAL;
use super::{Ended, OpenChannel, in_use};
use crate::names::LEDGER;
use crate::publisher::error::PublishError;
use crate::publisher::outstanding::{InFlight, Payload};
use crate::publisher::transport::{ConfirmChannel, ConfirmOutcome};

impl<C: ConfirmChannel> OpenChannel<'_, C> {
    pub(super) fn settle(
        &mut self,
        settled: Vec<(InFlight, ConfirmOutcome)>,
    ) -> Result<(), String> {
        let weight = settled.iter().map(|(sent, _)| sent.weight).sum();
        self.inbox.observer.window_changed(-in_use(weight));
        self.releases = true;
        let any_returned = settled.iter().any(|(_, outcome)| *outcome == ConfirmOutcome::Returned);
        let any_lost = settled.iter().any(|(_, outcome)| *outcome == ConfirmOutcome::ChannelClosed);
        let forbidden = settled.iter().find_map(|(_, outcome)| match outcome {
            ConfirmOutcome::AccessRefused(exchange) => Some(*exchange),
            _ => None,
        });
        for (sent, outcome) in settled {
            // One of the confirmed may be the one that came back.
            let result = match outcome {
                ConfirmOutcome::Acked if !any_returned => Ok(()),
                ConfirmOutcome::Nacked if !any_returned => Err(PublishError::Refused),
                _ => Err(PublishError::Unknown),
            };
            match result {
                Ok(()) => self.refusals.confirmed(sent.payload.queue()),
                Err(PublishError::Refused) => self.refusals.refused(sent.payload.queue()),
                Err(_) => {}
            }
            match (sent.payload, result) {
                (Payload::Registrations(..), Ok(())) => {
                    self.has_confirmed = true;
                    for reply in &sent.replies {
                        self.inbox.observer.confirmed_after(sent.at.elapsed(), reply.trace());
                    }
                }
                (Payload::Registrations(lane, numbers), Err(_)) => {
                    self.inbox.sequence.unconfirmed(lane, numbers);
                }
                (Payload::Report(report), Ok(())) => {
                    self.inbox.sequence.mark_reported(&report);
                }
                // Made again in a moment, since it does no harm twice.
                (Payload::Report(_), Err(_)) => {}
            }
            for reply in sent.replies {
                reply.answer(result);
            }
        }
        if any_returned {
            self.inbox.observer.returned();
            tracing::error!(
                "publishing: RabbitMQ returned a message that no queue takes: check the bindings \
                 of the exchange registrations"
            );
            return Err("a message was returned as unroutable".to_owned());
        }
        if let Some(exchange) = forbidden {
            if exchange == LEDGER {
                self.inbox.no_report_before = Instant::now() + FORBIDDEN_REPORT_INTERVAL;
            }
            return Err(format!(
                "the user in AMQP_URL may not write to RabbitMQ's exchange {exchange}: give it that \
                 right (rabbitmqctl set_permissions)"
            ));
        }
        if any_lost { Err("the channel was lost".to_owned()) } else { Ok(()) }
    }

    /// Answers every open request: with the confirm that comes in time at a shutdown, with "unknown"
    /// at once when the channel is broken.
    pub(crate) async fn finish(mut self, ended: &Ended) {
        while let Some(request) = self.gathering.pop() {
            request.reply.answer(Err(PublishError::Unavailable));
        }
        let mut is_silent = false;
        if *ended == Ended::Shutdown {
            self.inbox.close();
            while let Some(sent_at) = self.outstanding.oldest_unanswered() {
                let in_time = sent_at + self.inbox.limits.confirm_timeout;
                let settled = tokio::time::timeout_at(in_time, self.outstanding.settled()).await;
                if !settled.is_ok_and(|settled| self.settle(settled).is_ok()) {
                    is_silent = true;
                    break;
                }
            }
        }
        self.fail_outstanding();
        if *ended == Ended::Shutdown {
            if !is_silent {
                self.flush_report().await;
            }
            self.channel.close().await;
        }
    }

    /// No confirm comes any more for what is still in flight.
    pub(super) fn fail_outstanding(&mut self) {
        self.inbox.observer.window_changed(-in_use(self.outstanding.weight()));
        while let Some(InFlight { payload, replies, .. }) = self.outstanding.forget_oldest() {
            if let Payload::Registrations(lane, numbers) = payload {
                self.inbox.sequence.unconfirmed(lane, numbers);
            }
            for reply in replies {
                reply.answer(Err(PublishError::Unknown));
            }
        }
    }
}
