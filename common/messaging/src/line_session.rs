//! A line while it has a session.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

use super::job::{Job, Reply};
use super::line::{Line, LineCondition};
use super::session::{Condition, Connector, Session, Settlement};
use super::unsettled::{Sent, Unsettled, What};
use super::{PublishError, message_number};

/// How often a line states what became of its messages, while there is something to state.
const STATE_EVERY: Duration = Duration::from_secs(1);

/// Why a session is not used any more.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Shutdown,
    Broken { why: String },
}

/// The session and what was sent on it.
pub(super) struct LineSession<'a, C: Connector> {
    session: C::Session,
    line: &'a mut Line<C>,
    unsettled: Unsettled<<C::Session as Session>::Confirm>,
    /// The next to be sent, taken from the queue when the window was full.
    head: Option<Job>,
    is_blocked: bool,
    /// When the session began, or stopped being blocked: before it, no confirm was to be expected.
    unhindered_since: Instant,
    has_confirmed: bool,
    watchdog: Pin<Box<Sleep>>,
    next_statement: Pin<Box<Sleep>>,
}

impl<'a, C: Connector> LineSession<'a, C> {
    pub(super) fn new(session: C::Session, line: &'a mut Line<C>) -> Self {
        let now = Instant::now();
        Self {
            session,
            unsettled: Unsettled::new(),
            head: None,
            is_blocked: false,
            unhindered_since: now,
            has_confirmed: false,
            watchdog: Box::pin(sleep_until(now + line.limits.confirm_timeout)),
            next_statement: Box::pin(sleep_until(now + STATE_EVERY)),
            line,
        }
    }

    /// Whether the session was of use, so that the next may follow soon.
    pub(super) fn proved_good(&self) -> bool {
        self.has_confirmed || self.unhindered_since.elapsed() >= self.line.limits.confirm_timeout
    }

    /// Publishes until the session or the process ends.
    pub(super) async fn run(&mut self) -> Ended {
        loop {
            self.send_all_that_fit();
            let has_room = self.head.is_none();
            let head_expires = self.head.as_ref().map_or_else(Instant::now, |job| job.send_before);
            let step = tokio::select! {
                biased;
                () = self.line.shutdown.cancelled() => return Ended::Shutdown,
                settled = self.unsettled.settled(), if !self.unsettled.is_empty() => {
                    self.settle(settled)
                }
                condition = self.session.changed() => self.change(condition),
                () = &mut self.watchdog, if !self.unsettled.is_empty() => self.watch(),
                () = &mut self.next_statement, if self.line.numbering.has_news() => {
                    self.state();
                    Ok(())
                }
                () = sleep_until(head_expires), if !has_room => Ok(()),
                Some(job) = self.line.jobs.recv(), if has_room => {
                    self.head = Some(job);
                    Ok(())
                }
            };
            if let Err(why) = step {
                return Ended::Broken { why };
            }
        }
    }

    /// Answers everyone who still waits: with what the broker says in time when the process ends,
    /// with "unknown" at once when the session is broken.
    pub(super) async fn finish(mut self, ended: &Ended) {
        if let Some(job) = self.head.take() {
            job.reply.answer(Err(PublishError::Unavailable));
        }
        let mut is_silent = false;
        if *ended == Ended::Shutdown {
            self.line.stop_taking();
            while let Some(sent_at) = self.unsettled.oldest_unanswered() {
                let in_time = sent_at + self.line.limits.confirm_timeout;
                let settled = tokio::time::timeout_at(in_time, self.unsettled.settled()).await;
                if !settled.is_ok_and(|settled| self.settle(settled).is_ok()) {
                    is_silent = true;
                    break;
                }
            }
        }
        self.doubt_the_rest();
        if *ended == Ended::Shutdown {
            if !is_silent {
                self.state_in_the_end().await;
            }
            self.session.close().await;
        }
    }

    /// Nobody will say any more what became of what is still on its way.
    fn doubt_the_rest(&mut self) {
        self.line.observer.window_changed(-in_use(self.unsettled.len()));
        while let Some(Sent { what, reply, .. }) = self.unsettled.forget_oldest() {
            if let What::Message(lane, number) = what {
                self.line.numbering.unconfirmed(lane, number);
            }
            if let Some(reply) = reply {
                reply.answer(Err(PublishError::Unknown));
            }
        }
    }

    /// Sends the ledger what became of every message of which that is known. While the broker
    /// blocks, later.
    fn state(&mut self) {
        self.next_statement.as_mut().reset(Instant::now() + STATE_EVERY);
        if self.is_blocked {
            return;
        }
        for statement in self.line.numbering.due(|lane| self.unsettled.lowest(lane)) {
            let confirm = self.session.state(&statement);
            self.unsettled.add(What::Statement(statement), confirm, None);
            self.line.observer.window_changed(1);
        }
    }

    /// Otherwise the numbers since the last statement would stay in doubt.
    async fn state_in_the_end(&mut self) {
        self.state();
        let in_time = Instant::now() + self.line.limits.confirm_timeout;
        while !self.unsettled.is_empty() {
            let settled = tokio::time::timeout_at(in_time, self.unsettled.settled()).await;
            if !settled.is_ok_and(|settled| self.settle(settled).is_ok()) {
                break;
            }
        }
        self.doubt_the_rest();
    }

    /// As many as there are, so that one wake-up writes many messages.
    fn send_all_that_fit(&mut self) {
        self.send_head();
        while self.head.is_none()
            && let Ok(job) = self.line.jobs.try_recv()
        {
            self.head = Some(job);
            self.send_head();
        }
    }

    /// Sends the next job, or answers it; keeps it only while the window is full.
    fn send_head(&mut self) {
        let Some(job) = self.head.take() else { return };
        if job.reply.is_abandoned() {
            return;
        }
        if self.is_blocked {
            job.reply.answer(Err(PublishError::Unavailable));
        } else if Instant::now() >= job.send_before {
            job.reply.answer(Err(PublishError::Saturated));
        } else if self.unsettled.len() >= self.line.limits.window {
            self.head = Some(job);
        } else {
            let Job { mut message, reply, .. } = job;
            let (lane, numbering) = (message.lane, &mut self.line.numbering);
            let number = numbering.next(lane);
            message_number::put(&mut message.headers, numbering.epoch(), number);
            let confirm = self.session.publish(message);
            self.unsettled.add(What::Message(lane, number), confirm, Some(reply));
            self.line.observer.window_changed(1);
        }
    }

    fn settle(&mut self, settled: Vec<(Sent, Settlement)>) -> Result<(), String> {
        self.line.observer.window_changed(-in_use(settled.len()));
        let any_returned = settled.iter().any(|(_, what)| *what == Settlement::Returned);
        let any_lost = settled.iter().any(|(_, what)| *what == Settlement::Lost);
        for (sent, what) in settled {
            // One of the confirmed may be the one that came back.
            let result = match what {
                Settlement::Confirmed if !any_returned => Ok(()),
                Settlement::Refused if !any_returned => Err(PublishError::Refused),
                _ => Err(PublishError::Unknown),
            };
            match (sent.what, result) {
                (What::Message(..), Ok(())) => {
                    self.has_confirmed = true;
                    let trace = sent.reply.as_ref().and_then(Reply::trace);
                    self.line.observer.confirmed_after(sent.at.elapsed(), trace);
                }
                (What::Message(lane, number), Err(_)) => {
                    self.line.numbering.unconfirmed(lane, number);
                }
                (What::Statement(statement), Ok(())) => self.line.numbering.stated(&statement),
                // Made again in a moment, since it does no harm twice.
                (What::Statement(_), Err(_)) => {}
            }
            if let Some(reply) = sent.reply {
                reply.answer(result);
            }
        }
        if any_returned {
            self.line.observer.returned();
            tracing::error!(
                "publishing: RabbitMQ returned a message that no queue takes: check the bindings \
                 of the exchange registrations"
            );
            return Err("a message was returned as unroutable".to_owned());
        }
        if any_lost { Err("the channel was lost".to_owned()) } else { Ok(()) }
    }

    fn change(&mut self, condition: Condition) -> Result<(), String> {
        match condition {
            Condition::Lost(why) => return Err(why),
            Condition::Blocked(reason) => {
                tracing::warn!(reason, "publishing: RabbitMQ blocks publishers");
                self.is_blocked = true;
                self.line.condition.send_replace(LineCondition::Blocked(reason));
            }
            Condition::Open => {
                if self.is_blocked {
                    tracing::info!("publishing: RabbitMQ takes messages again");
                }
                self.is_blocked = false;
                self.unhindered_since = Instant::now();
                self.line.condition.send_replace(LineCondition::Open);
            }
        }
        Ok(())
    }

    /// Answers whoever has waited for the confirm timeout, looks whether the broker takes too long,
    /// and sets the watchdog to when either could be next.
    ///
    /// A block and its end give the broker its time again, but keep nobody waiting longer. While it
    /// blocks the session is kept: a new one would know of the block only after having sent
    /// something.
    fn watch(&mut self) -> Result<(), String> {
        let timeout = self.line.limits.confirm_timeout;
        let now = Instant::now();
        let oldest = self.unsettled.oldest().filter(|_| !self.is_blocked);
        let broken_at = oldest.map(|sent_at| sent_at.max(self.unhindered_since) + timeout);
        if broken_at.is_some_and(|at| at <= now) {
            return Err(format!("no confirm within {timeout:?}"));
        }
        while self.unsettled.oldest_unanswered().is_some_and(|sent_at| sent_at + timeout <= now) {
            if let Some(reply) = self.unsettled.take_oldest_reply() {
                reply.answer(Err(PublishError::Unknown));
            }
        }
        let answer_at = self.unsettled.oldest_unanswered().map(|sent_at| sent_at + timeout);
        let next = broken_at.into_iter().chain(answer_at).min();
        self.watchdog.as_mut().reset(next.unwrap_or(now + timeout));
        Ok(())
    }
}

fn in_use(messages: usize) -> i64 {
    i64::try_from(messages).unwrap_or(i64::MAX)
}
