//! Storing a batch: attempts, until each registration that is not delayed has its outcome.

use std::collections::BTreeMap;

use registrar_domain::{HoldReason, Outcome, Registration};
use registrar_runtime::retry::Backoff;
use registrar_storage::{DeadLetter, ErrorClass, RegistrationStore, StorageError, Verdict};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use super::{Processor, ProcessorEnd};
use crate::batcher::Item;
use crate::dead_letter::dead_letter;
use crate::observe::trace::BatchTrace;
use crate::retry_decision::{RetryDecision, retry_decision};
use crate::settled::Settled;
use crate::source::Handling;

/// What a batch came to.
pub(super) struct Stored<'a> {
    /// How the registrations ended of every message that is not delayed.
    pub(super) settled: Vec<Settled<'a>>,
    /// Where messages are in the batch that something is in the way of, and what.
    pub(super) delayed: BTreeMap<usize, StorageError>,
}

/// How a registration ended, or the dead letter that it must become first.
type Decided = Result<(Outcome, bool), Box<DeadLetter>>;

impl<S: RegistrationStore> Processor<S> {
    /// Tries until every registration of the batch that is not delayed has an outcome that the
    /// database proves.
    pub(super) async fn store_with_retry<'a>(
        &self,
        items: &'a [Item],
        holds_delayed: bool,
        trace: &BatchTrace,
        stop: &CancellationToken,
    ) -> Result<Stored<'a>, ProcessorEnd> {
        let mut backoff = Backoff::new(self.retry);
        let mut failing_since = None;
        loop {
            let error = match self.store(items, holds_delayed, trace).await {
                Ok(stored) => return Ok(stored),
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
                RetryDecision::Requeue => return Err(ProcessorEnd::StoreAway(error)),
                RetryDecision::Halt => return Err(ProcessorEnd::Halted(error)),
            }
        }
    }

    /// One attempt. When it fails some of the batch may be stored: the next attempt finds that.
    async fn store<'a>(
        &self,
        items: &'a [Item],
        holds_delayed: bool,
        trace: &BatchTrace,
    ) -> Result<Stored<'a>, StorageError> {
        let mut verdicts = self.insert(items, trace).await?.into_iter();
        let (mut parts, mut delayed) = (Vec::new(), BTreeMap::new());
        for (position, item) in items.iter().enumerate() {
            for registration in item.parts() {
                let hold = |reason, fingerprint: &str| {
                    let held = dead_letter(&self.source, item, registration, reason, fingerprint);
                    Err(Box::new(held))
                };
                let decided: Decided = match (self.source.handling, &item.content) {
                    (Handling::Hold(reason), _) => match &item.delivery.death {
                        Some(death) => hold(reason, &death.reason),
                        None => hold(reason, reason.as_str()),
                    },
                    (Handling::Register, Err(error)) => hold(error.reason(), &error.fingerprint()),
                    (Handling::Register, Ok(_)) => match verdicts.next() {
                        Some(Verdict::Decided { outcome, is_fresh }) => Ok((outcome, is_fresh)),
                        Some(Verdict::Refused { fingerprint, .. }) => {
                            hold(HoldReason::RefusedByDatabase, &fingerprint)
                        }
                        Some(Verdict::Delayed(error)) if holds_delayed => {
                            hold(HoldReason::RefusedByDatabase, error.fingerprint())
                        }
                        Some(Verdict::Delayed(error)) => {
                            delayed.insert(position, error);
                            continue;
                        }
                        None => return Err(too_few_outcomes()),
                    },
                };
                parts.push((position, registration, decided));
            }
        }
        // A message is settled as a whole.
        parts.retain(|(position, ..)| !delayed.contains_key(position));
        let held = parts.iter().filter_map(|(_, _, decided)| decided.as_ref().err());
        let held: Vec<_> = held.map(|held| DeadLetter::clone(held)).collect();
        let held = if held.is_empty() { Vec::new() } else { self.store.hold(&held).await? };
        let mut held = held.into_iter();
        let settled = parts.into_iter().map(|(position, registration, decided)| {
            let (outcome, is_fresh) = match decided {
                Ok(decided) => decided,
                Err(_) => (held.next().ok_or_else(too_few_outcomes)?, true),
            };
            let lane = items.get(position).and_then(|item| self.source.lane_of(item));
            Ok(Settled { position, lane, registration, outcome, is_fresh })
        });
        Ok(Stored { settled: settled.collect::<Result<_, StorageError>>()?, delayed })
    }

    async fn insert(
        &self,
        items: &[Item],
        trace: &BatchTrace,
    ) -> Result<Vec<Verdict>, StorageError> {
        let registrations = items.iter().flat_map(Item::registrations);
        let batch: Vec<Registration> = match self.source.handling {
            Handling::Register => registrations.cloned().collect(),
            Handling::Hold(_) => Vec::new(),
        };
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let inserting = trace.begin_insert(batch.len());
        let started = Instant::now();
        let result = self.store.store(&batch).instrument(inserting.work_span()).await;
        self.metrics.inserted(started.elapsed(), result.is_ok(), trace.of_batch());
        inserting.end(result.as_ref().err());
        result
    }
}

/// Nothing may be acked that the store did not answer for.
fn too_few_outcomes() -> StorageError {
    let sentence = "The store answered for fewer registrations than it was given.";
    StorageError::new(ErrorClass::Transient, "too_few_outcomes", sentence)
}
