//! A line while it has a session.

use std::pin::Pin;

use tokio::time::{Instant, Sleep, sleep_until};

use super::PublishError;
use super::job::Job;
use super::line::{Line, LineCondition};
use super::session::{Condition, Connector, Session, Settlement};
use super::unsettled::{Sent, Unsettled};

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
                () = self.line.shutdown.requested() => return Ended::Shutdown,
                settled = self.unsettled.settled(), if !self.unsettled.is_empty() => {
                    self.settle(settled)
                }
                condition = self.session.changed() => self.change(condition),
                () = &mut self.watchdog, if !self.unsettled.is_empty() => self.watch(),
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
        if *ended == Ended::Shutdown {
            self.line.stop_taking();
            while let Some(sent_at) = self.unsettled.oldest_unanswered() {
                let in_time = sent_at + self.line.limits.confirm_timeout;
                let settled = tokio::time::timeout_at(in_time, self.unsettled.settled()).await;
                if !settled.is_ok_and(|settled| self.settle(settled).is_ok()) {
                    break;
                }
            }
            self.session.close().await;
        }
        self.line.observer.window_changed(-in_use(self.unsettled.len()));
        while let Some(reply) = self.unsettled.take_oldest_reply() {
            reply.answer(Err(PublishError::Unknown));
        }
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
            let Job { message, reply, .. } = job;
            self.unsettled.add(self.session.publish(message), reply);
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
                Settlement::Confirmed if !any_returned => {
                    self.has_confirmed = true;
                    self.line.observer.confirmed_after(sent.at.elapsed());
                    Ok(())
                }
                Settlement::Refused if !any_returned => Err(PublishError::Refused),
                _ => Err(PublishError::Unknown),
            };
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
