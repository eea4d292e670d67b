//! A publisher connection while its channel is open.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::error::PublishError;
use super::gathering::{FEW_MESSAGES, GROUP_MOST, Gathering};
use super::inbox::{ConnectionState, Inbox};
use super::outstanding::{InFlight, OutstandingConfirms, Payload};
use super::transport::{ChannelState, ConfirmChannel, ConfirmOutcome};

/// How often a confirm report is published, while there is something to report.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Why a channel is no longer used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Shutdown,
    Broken { why: String },
}

/// The channel and what is in flight on it.
pub(crate) struct OpenChannel<'a, C: ConfirmChannel> {
    channel: C,
    inbox: &'a mut Inbox,
    outstanding: OutstandingConfirms<C::Confirm>,
    gathering: Gathering,
    /// A confirm came: what has gathered by then travels now.
    releases: bool,
    is_blocked: bool,
    /// When the channel opened, or stopped being blocked: before it, no confirm was to be expected.
    unblocked_since: Instant,
    has_confirmed: bool,
    watchdog: Pin<Box<Sleep>>,
    next_report: Pin<Box<Sleep>>,
}

impl<'a, C: ConfirmChannel> OpenChannel<'a, C> {
    pub(crate) fn new(channel: C, inbox: &'a mut Inbox) -> Self {
        let now = Instant::now();
        Self {
            channel,
            outstanding: OutstandingConfirms::new(),
            gathering: Gathering::default(),
            releases: false,
            is_blocked: false,
            unblocked_since: now,
            has_confirmed: false,
            watchdog: Box::pin(sleep_until(now + inbox.limits.confirm_timeout)),
            next_report: Box::pin(sleep_until(now + REPORT_INTERVAL)),
            inbox,
        }
    }

    /// Whether the channel was of use, so that the next may follow soon.
    pub(crate) fn was_useful(&self) -> bool {
        self.has_confirmed || self.unblocked_since.elapsed() >= self.inbox.limits.confirm_timeout
    }

    /// Publishes until the channel closes or the process shuts down.
    pub(crate) async fn run(&mut self) -> Ended {
        loop {
            self.send_all_that_fit();
            let has_room = self.has_room();
            let first_expires = self.gathering.first().map(|request| request.send_before);
            let step = tokio::select! {
                biased;
                () = self.inbox.shutdown.cancelled() => return Ended::Shutdown,
                settled = self.outstanding.settled(), if !self.outstanding.is_empty() => {
                    self.settle(settled)
                }
                condition = self.channel.state_changed() => self.change(condition),
                () = &mut self.watchdog, if !self.outstanding.is_empty() => self.watch(),
                () = &mut self.next_report, if self.inbox.sequence.has_news() => {
                    self.publish_reports();
                    Ok(())
                }
                () = sleep_until(first_expires.unwrap_or_else(Instant::now)),
                    if first_expires.is_some() => Ok(()),
                Some(request) = self.inbox.requests.recv(), if has_room => {
                    self.gathering.push(request);
                    Ok(())
                }
            };
            if let Err(why) = step {
                return Ended::Broken { why };
            }
        }
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
    fn fail_outstanding(&mut self) {
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

    /// Reports every confirm that is known to the ledger; later while the broker blocks.
    fn publish_reports(&mut self) {
        self.next_report.as_mut().reset(Instant::now() + REPORT_INTERVAL);
        if self.is_blocked {
            return;
        }
        for report in self.inbox.sequence.due(|lane| self.outstanding.lowest(lane)) {
            let confirm = self.channel.publish_report(&report);
            self.outstanding.add(Payload::Report(report), confirm, Vec::new());
            self.inbox.observer.window_changed(1);
        }
    }

    /// Otherwise the numbers since the last report would stay in doubt.
    async fn flush_report(&mut self) {
        self.publish_reports();
        let in_time = Instant::now() + self.inbox.limits.confirm_timeout;
        while !self.outstanding.is_empty() {
            let settled = tokio::time::timeout_at(in_time, self.outstanding.settled()).await;
            let Ok(settled) = settled else { break };
            if let Err(why) = self.settle(settled) {
                tracing::warn!(why, "publishing: the last confirm report was not taken");
                break;
            }
        }
        self.fail_outstanding();
    }

    /// As many as there are, so that one wake-up writes many messages.
    fn send_all_that_fit(&mut self) {
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
            self.drop_what_need_not_be_sent();
            let is_few = self.outstanding.messages() < FEW_MESSAGES;
            let is_full = self.gathering.len() >= GROUP_MOST;
            let is_due = is_few || is_full || self.gathering.starts_with_message();
            let most = if is_few { 1 } else { GROUP_MOST };
            if !is_due || !self.send(most) {
                return;
            }
        }
    }

    /// Whether a request may be taken from the queue: as many as a message carries and the window
    /// has permits for, and one when there is none.
    fn has_room(&self) -> bool {
        let waiting = self.gathering.len();
        let taken = self.outstanding.weight() + waiting;
        waiting == 0 || (waiting < GROUP_MOST && taken < self.inbox.limits.window)
    }

    /// Sends the next message, of at most so many registrations; false when nothing was sent.
    fn send(&mut self, most: usize) -> bool {
        self.drop_what_need_not_be_sent();
        let permits = self.inbox.limits.window.saturating_sub(self.outstanding.weight());
        let most = most.min(GROUP_MOST).min(permits);
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

    /// Passes over requests whose callers hung up, and answers those that must not be sent any more.
    fn drop_what_need_not_be_sent(&mut self) {
        self.gathering.drop_abandoned();
        let now = Instant::now();
        while let Some(request) = self.gathering.first() {
            let error = if self.is_blocked {
                PublishError::Unavailable
            } else if now >= request.send_before {
                PublishError::Saturated
            } else {
                return;
            };
            if let Some(request) = self.gathering.pop() {
                request.reply.answer(Err(error));
            }
        }
    }

    fn settle(&mut self, settled: Vec<(InFlight, ConfirmOutcome)>) -> Result<(), String> {
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
            return Err(format!(
                "the user in AMQP_URL may not write to RabbitMQ's exchange {exchange}: give it that \
                 right (rabbitmqctl set_permissions)"
            ));
        }
        if any_lost { Err("the channel was lost".to_owned()) } else { Ok(()) }
    }

    fn change(&mut self, condition: ChannelState) -> Result<(), String> {
        match condition {
            ChannelState::Closed(why) => return Err(why),
            ChannelState::Blocked(reason) => {
                tracing::warn!(reason, "publishing: RabbitMQ blocks publishers");
                self.is_blocked = true;
                self.inbox.state.send_replace(ConnectionState::Blocked(reason));
            }
            ChannelState::Open => {
                if self.is_blocked {
                    tracing::info!("publishing: RabbitMQ takes messages again");
                }
                self.is_blocked = false;
                self.unblocked_since = Instant::now();
                self.inbox.state.send_replace(ConnectionState::Open);
            }
        }
        Ok(())
    }

    /// Answers the requests whose confirm timeout is over, checks whether the broker takes too long,
    /// and sets the watchdog to when either could be next.
    ///
    /// The end of a block restarts the broker's confirm timeout, but not that of a request. While it
    /// blocks, the channel is kept: a new one would learn of the block only after a publish.
    fn watch(&mut self) -> Result<(), String> {
        let timeout = self.inbox.limits.confirm_timeout;
        let now = Instant::now();
        let oldest = self.outstanding.oldest().filter(|_| !self.is_blocked);
        let broken_at = oldest.map(|sent_at| sent_at.max(self.unblocked_since) + timeout);
        if broken_at.is_some_and(|at| at <= now) {
            return Err(format!("no confirm within {timeout:?}"));
        }
        while self.outstanding.oldest_unanswered().is_some_and(|sent_at| sent_at + timeout <= now) {
            for reply in self.outstanding.take_oldest_replies() {
                reply.answer(Err(PublishError::Unknown));
            }
        }
        let answer_at = self.outstanding.oldest_unanswered().map(|sent_at| sent_at + timeout);
        let next = broken_at.into_iter().chain(answer_at).min();
        self.watchdog.as_mut().reset(next.unwrap_or(now + timeout));
        Ok(())
    }
}

fn in_use(permits: usize) -> i64 {
    i64::try_from(permits).unwrap_or(i64::MAX)
}
