//! Storing a batch: attempts, until each registration that is not delayed has its outcome.

use registrar_domain::{HoldReason, Registration, RegistrationId};
use registrar_messaging::Envelope;
use registrar_runtime::retry::Backoff;
use registrar_storage::{ErrorClass, RegistrationStore, StorageError, Verdict};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Processor, ProcessorEnd};
use crate::dead_letter::dead_letters;
use crate::imports::entry;
use crate::item::Item;
use crate::observe::trace::BatchTrace;
use crate::retry_decision::{RetryDecision, retry_decision};
use crate::source::Handling;
use crate::split::{ToSplit, to_split};
use crate::unavailable::Unavailable;

impl<S: RegistrationStore> Processor<S> {
    /// Tries until every registration of the batch that is not delayed has an outcome that the
    /// database proves.
    pub(super) async fn store_with_retry(
        &self,
        batch: &mut [Item],
        holds_delayed: bool,
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<(), ProcessorEnd> {
        let mut backoff = Backoff::new(self.retry);
        let mut failing_since = None;
        loop {
            let error = match self.store(batch, holds_delayed, trace, stop).await {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            self.metrics.failed_attempt(&error);
            let failing_for = failing_since.get_or_insert_with(Instant::now).elapsed();
            match retry_decision(error.class(), failing_for, self.requeue_after) {
                RetryDecision::Retry { at_least } => {
                    let delay = backoff.next_delay().max(at_least);
                    tracing::warn!(%error, ?delay, "the batch was not stored; trying again");
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => return Err(ProcessorEnd::Stopped),
                        () = sleep(delay) => {}
                    }
                }
                RetryDecision::Requeue => return Err(Unavailable::StoreAway(error).into()),
                RetryDecision::Halt => return Err(Unavailable::Halted(error).into()),
            }
        }
    }

    /// One attempt. When it fails some of the batch may be stored: the next attempt finds that.
    async fn store(
        &self,
        batch: &mut [Item],
        holds_delayed: bool,
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<(), StorageError> {
        let registrations: Vec<_> = match self.source.handling {
            Handling::Register => batch.iter().flat_map(Item::registrations).cloned().collect(),
            Handling::Hold(_) => Vec::new(),
        };
        // Before the INSERT: what that brings about must not be forgotten by an error of this.
        let mut to_split = self.to_split(batch).await?;
        let mut verdicts = self.insert(&registrations, trace).await?.into_iter();
        for (position, item) in batch.iter_mut().enumerate() {
            let mut verdicts = match (self.source.handling, &item.content) {
                // Its registrations get theirs in messages of their own, if they have none yet.
                _ if to_split.contains_key(&position) => Vec::new(),
                (Handling::Register, Ok(Envelope { registrations, .. })) => {
                    verdicts.by_ref().take(registrations.len()).collect()
                }
                (Handling::Register, Err(error)) => {
                    vec![refused(error.reason(), error.fingerprint())]
                }
                (Handling::Hold(reason), _) => {
                    let death = item.delivery.death.as_ref();
                    let cause = death.map_or(reason.as_str(), |death| &death.reason);
                    item.parts().map(|_| refused(reason, cause.to_owned())).collect()
                }
            };
            if holds_delayed {
                verdicts.iter_mut().for_each(refuse_delayed);
            }
            item.judge(verdicts);
        }
        self.hold_refused(batch).await?;
        to_split.retain(|_, messages| !messages.is_empty());
        let several = to_split.len();
        let not_split = self.splitter.split(to_split, stop).await;
        self.metrics.split(&self.source, several.saturating_sub(not_split.len()));
        for (position, error) in not_split {
            if let Some(item) = batch.get_mut(position) {
                item.verdicts = vec![Verdict::Delayed(error)];
            }
        }
        self.record_imports(batch).await
    }

    /// Records what the messages say of imports, after everything that they count is stored.
    async fn record_imports(&self, batch: &[Item]) -> Result<(), StorageError> {
        let entries: Vec<_> = batch.iter().filter_map(entry).collect();
        if entries.is_empty() {
            return Ok(());
        }
        let recorded = self.store.record_imports(entries).await?;
        recorded.iter().flatten().for_each(|counts| self.metrics.imported(counts));
        Ok(())
    }

    /// What is to be split, without what has an outcome already: an earlier split may have come so far
    /// that one of its messages crashed this worker before the ack.
    async fn to_split(&self, batch: &[Item]) -> Result<ToSplit, StorageError> {
        let mut to_split = to_split(&self.source, batch);
        if !to_split.is_empty() {
            let ids: Vec<_> = to_split.values().flatten().filter_map(|(id, _)| *id).collect();
            let decided = self.store.with_outcome(&ids).await?;
            let messages = to_split.values_mut();
            let is_open = |id: &Option<RegistrationId>| id.is_none_or(|id| !decided.contains(&id));
            messages.for_each(|messages| messages.retain(|(id, _)| is_open(id)));
        }
        Ok(to_split)
    }

    async fn insert(
        &self,
        batch: &[Registration],
        trace: &BatchTrace,
    ) -> Result<Vec<Verdict>, StorageError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let inserting = trace.begin_insert(batch.len());
        let started = Instant::now();
        let result = self.store.store(batch).instrument(inserting.work_span()).await;
        self.metrics.inserted(started.elapsed(), result.is_ok(), trace.of_batch());
        inserting.end(result.as_ref().err());
        let verdicts = result?;
        if verdicts.len() == batch.len() { Ok(verdicts) } else { Err(too_few_outcomes()) }
    }

    /// Puts on hold what is refused, but for parts of messages that are delayed: those are settled
    /// as a whole.
    async fn hold_refused(&self, batch: &mut [Item]) -> Result<(), StorageError> {
        let settled = batch.iter().filter(|item| !item.is_delayed());
        let held: Vec<_> = settled.flat_map(|item| dead_letters(&self.source, item)).collect();
        if held.is_empty() {
            return Ok(());
        }
        let mut outcomes = self.store.hold(&held).await?.into_iter();
        for item in batch.iter_mut().filter(|item| !item.is_delayed()) {
            for verdict in &mut item.verdicts {
                if matches!(verdict, Verdict::Refused { .. }) {
                    let outcome = outcomes.next().ok_or_else(too_few_outcomes)?;
                    // What is final was decided by another delivery.
                    *verdict = Verdict::Decided { outcome, is_fresh: !outcome.is_final() };
                }
            }
        }
        Ok(())
    }
}

fn refused(reason: HoldReason, fingerprint: String) -> Verdict {
    Verdict::Refused { reason, fingerprint, code: None }
}

/// What was delayed for too long goes on hold as if MySQL refused it.
fn refuse_delayed(verdict: &mut Verdict) {
    if let Verdict::Delayed(error) = verdict {
        *verdict = refused(HoldReason::RefusedByDatabase, error.fingerprint().to_owned());
    }
}

/// Nothing may be acked that the store did not answer for.
fn too_few_outcomes() -> StorageError {
    let sentence = "The store answered for fewer registrations than it was given.";
    StorageError::new(ErrorClass::Transient, "too_few_outcomes", sentence)
}
