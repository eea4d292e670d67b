//! A publisher connection while its channel is open.

mod refusals;
mod report;
mod send;
mod settle;

use std::pin::{Pin, pin};

use tokio::task::yield_now;
use tokio::time::{Instant, Sleep, sleep_until};

use self::refusals::Refusals;
use self::report::REPORT_INTERVAL;
use super::error::PublishError;
use super::gathering::Gathering;
use super::inbox::{ConnectionState, Inbox};
use super::outstanding::OutstandingConfirms;
use super::transport::{ChannelState, ConfirmChannel};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Shutdown,
    Broken { why: String },
}

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
    refusals: Refusals,
    /// Why the connection is given up as soon as everything that it took is answered.
    retires: Option<String>,
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
            refusals: Refusals::default(),
            retires: None,
            watchdog: Box::pin(sleep_until(now + inbox.limits.confirm_timeout)),
            next_report: Box::pin(sleep_until(inbox.no_report_before.max(now + REPORT_INTERVAL))),
            inbox,
        }
    }

    /// Whether the channel was of use, so that the next may follow soon.
    pub(crate) fn was_useful(&self) -> bool {
        self.has_confirmed || self.unblocked_since.elapsed() >= self.inbox.limits.confirm_timeout
    }

    /// Publishes until the channel closes or the process shuts down.
    pub(crate) async fn run(&mut self) -> Ended {
        // Made once, since each one waits in a list under a lock.
        let mut shutdown = pin!(self.inbox.shutdown.clone().cancelled_owned());
        loop {
            self.send_all_that_fit();
            if let Some(why) = self.retires.take_if(|_| self.outstanding.is_empty()) {
                return Ended::Broken { why };
            }
            let has_room = self.has_room();
            let first_is_due = self.gathering.first().map(|request| request.send_before);
            let step = tokio::select! {
                biased;
                () = &mut shutdown => return Ended::Shutdown,
                settled = self.outstanding.settled(), if !self.outstanding.is_empty() => {
                    self.settle(settled)
                }
                condition = self.channel.state_changed() => self.change(condition),
                () = &mut self.watchdog, if self.expects_something() => self.watch(),
                () = &mut self.next_report, if self.inbox.sequence.has_news() => {
                    self.publish_reports();
                    Ok(())
                }
                () = sleep_until(first_is_due.unwrap_or_else(Instant::now)),
                    if first_is_due.is_some() => Ok(()),
                Some(request) = self.inbox.requests.recv(), if has_room => {
                    self.gathering.push(request);
                    Ok(())
                }
            };
            if let Err(why) = step {
                return Ended::Broken { why };
            }
            // What other tasks have ready to be sent travels along.
            yield_now().await;
        }
    }

    fn expects_something(&self) -> bool {
        !(self.outstanding.is_empty() && self.refusals.is_empty())
    }

    fn change(&mut self, condition: ChannelState) -> Result<(), String> {
        match condition {
            ChannelState::Closed(why) => return Err(why),
            ChannelState::Blocked(reason) => {
                tracing::warn!(reason, "publishing: RabbitMQ blocks publishers");
                self.is_blocked = true;
                self.retires = None;
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
    /// or has only refused for as long, and sets the watchdog to when either could be next.
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
        let refused =
            self.refusals.longest().filter(|_| !self.is_blocked && self.retires.is_none());
        let refused =
            refused.map(|(queue, since)| (queue, since.max(self.unblocked_since) + timeout));
        if let Some((queue, _)) = refused.filter(|(_, at)| *at <= now) {
            self.retires = Some(format!("everything to {queue} was refused for {timeout:?}"));
            self.inbox.state.send_replace(ConnectionState::Connecting(None));
        }
        let answer_at = self.outstanding.oldest_unanswered().map(|sent_at| sent_at + timeout);
        let refused_at = refused.map(|(_, at)| at).filter(|at| *at > now);
        let next = broken_at.into_iter().chain(answer_at).chain(refused_at).min();
        self.watchdog.as_mut().reset(next.unwrap_or(now + timeout));
        Ok(())
    }
}

fn in_use(permits: usize) -> i64 {
    i64::try_from(permits).unwrap_or(i64::MAX)
}
