//! The loop of a replay: publish, mark, wait for outcomes, step by step.

use std::time::Duration;

use registrar_storage::{
    Action, DeadLetterAdmin, MatchedDeadLetters, ReplayStatus, ReplayedDeadLetter, StorageError,
    StoredDeadLetter,
};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use super::canary;
use super::message::watched;
use super::publisher::ReplayPublisher;
use super::report::Report;
use super::tally::Tally;

/// Letters that are read at once, and replayed between two readings of outcomes. Bounds memory.
const PAGE: u64 = 100;
/// Letters whose outcome is not known yet, at most.
const WINDOW: usize = 1_000;
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) struct Runner<'a> {
    pub(super) admin: DeadLetterAdmin,
    pub(super) publisher: ReplayPublisher,
    pub(super) number: u64,
    pub(super) action: Action,
    pub(super) matched: MatchedDeadLetters,
    /// The most letters a second.
    pub(super) rate: u32,
    /// How long the outcomes of a step may take.
    pub(super) wait: Duration,
    pub(super) interrupt: CancellationToken,
    pub(super) report: &'a Report,
}

struct Course {
    tally: Tally,
    open: Vec<ReplayedDeadLetter>,
    /// The number of the letter that was replayed last.
    last: u64,
    ticks: Interval,
}

impl Runner<'_> {
    /// Replays until all is done or something says stop. What happened is recorded.
    pub(super) async fn run(self) -> Tally {
        let mut ticks = interval(Duration::from_secs(1) / self.rate);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut course = Course { tally: Tally::default(), open: Vec::new(), last: 0, ticks };
        let steps = canary::steps(self.matched.count);
        for (index, letters) in steps.iter().enumerate() {
            if let Err(error) = self.step(*letters, &mut course).await {
                course.tally.failure.get_or_insert_with(|| error.to_string());
            }
            self.report.step(index + 1, steps.len(), &course.tally);
            if course.tally.must_stop() {
                break;
            }
        }
        for one in course.open {
            course.tally.count(one.id, ReplayStatus::Undecided);
        }
        let result = course.tally.result();
        let recorded = self.admin.record(self.number, course.tally.replayed, Some(result)).await;
        if let Err(error) = recorded {
            course.tally.failure.get_or_insert_with(|| error.to_string());
        }
        course.tally
    }

    async fn step(&self, letters: u64, course: &mut Course) -> Result<(), StorageError> {
        let mut left = letters;
        while left > 0 && !course.tally.must_stop() {
            let page = self.page(left.min(PAGE), course.last).await?;
            // Fewer than there were: another operator replayed or discarded them.
            if page.is_empty() {
                break;
            }
            left = left.saturating_sub(page.len() as u64);
            for letter in page {
                if !self.replay(&letter, course).await? {
                    break;
                }
            }
            self.look(course).await?;
            if course.open.len() >= WINDOW {
                self.await_outcomes(course).await?;
            }
            self.report.on_the_way(&course.tally);
        }
        self.await_outcomes(course).await?;
        self.admin.record(self.number, course.tally.replayed, None).await
    }

    async fn page(&self, most: u64, after: u64) -> Result<Vec<StoredDeadLetter>, StorageError> {
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        self.admin.list(&self.action.filter, after, self.matched.last_id, most).await
    }

    /// Returns whether to go on with the next letter.
    async fn replay(
        &self,
        letter: &StoredDeadLetter,
        course: &mut Course,
    ) -> Result<bool, StorageError> {
        tokio::select! {
            biased;
            () = self.interrupt.cancelled() => {
                course.tally.interrupted = true;
                return Ok(false);
            }
            _ = course.ticks.tick() => {}
        }
        if let Err(error) = self.publisher.publish(letter).await {
            course.tally.failure = Some(format!("{error} (dead letter {})", letter.id));
            return Ok(false);
        }
        course.last = letter.id;
        course.tally.replayed += 1;
        course.open.push(watched(letter));
        // Only after the confirm: until then the letter is all that there is of the registration.
        // One that was not marked has changed meanwhile, as its status will show.
        let why = self.action.reason.as_deref();
        self.admin.mark_replayed(letter, &self.action.operator, why).await?;
        Ok(true)
    }

    /// Takes out of `open` what has an outcome now.
    async fn look(&self, course: &mut Course) -> Result<(), StorageError> {
        let replay_statuses = self.admin.replay_statuses(&course.open).await?;
        let open = std::mem::take(&mut course.open);
        for (one, status) in open.into_iter().zip(replay_statuses) {
            match status {
                ReplayStatus::Undecided => course.open.push(one),
                known => course.tally.count(one.id, known),
            }
        }
        Ok(())
    }

    /// Reads outcomes until nothing is open, or the wait is over. Also after a recurrence, so that the
    /// report is complete.
    async fn await_outcomes(&self, course: &mut Course) -> Result<(), StorageError> {
        let give_up_at = Instant::now() + self.wait;
        loop {
            self.look(course).await?;
            if course.open.is_empty() {
                return Ok(());
            }
            if Instant::now() >= give_up_at {
                for one in course.open.drain(..) {
                    course.tally.count(one.id, ReplayStatus::Undecided);
                }
                return Ok(());
            }
            tokio::select! {
                biased;
                () = self.interrupt.cancelled() => {
                    course.tally.interrupted = true;
                    return Ok(());
                }
                () = sleep(LOOK_EVERY) => {}
            }
        }
    }
}
