//! One try at giving every registration of a batch its outcome.

use std::collections::BTreeMap;

use registrar_domain::{HoldReason, Outcome, Registration};
use registrar_storage::{DeadLetter, ErrorClass, RegistrationStore, StorageError, Verdict};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::batcher::Item;
use crate::dead_letter;
use crate::ledger::{Recorder, settled_numbers};
use crate::observe::metrics::WorkerMetrics;
use crate::observe::trace::BatchTrace;
use crate::settled::Settled;
use crate::source::{Handling, Source};

/// What one attempt came to.
#[derive(Debug)]
pub struct Attempted<'a> {
    /// How the registrations ended of every message that is not delayed.
    pub settled: Vec<Settled<'a>>,
    /// Where messages are in the batch that something is in the way of, and what.
    pub delayed: BTreeMap<usize, StorageError>,
}

/// One attempt with one batch.
#[derive(Debug)]
pub struct Attempt<'a, S> {
    /// The queue and what to do with its messages.
    pub source: &'a Source,
    /// Where outcomes are kept.
    pub store: &'a S,
    /// Where what is settled is noted.
    pub ledger: &'a Recorder<S>,
    /// What SREs watch.
    pub metrics: &'a WorkerMetrics,
    /// The spans of the batch.
    pub trace: &'a BatchTrace,
    /// Whether what is delayed goes on hold.
    pub holds_delayed: bool,
}

/// A registration, or a message that cannot be read, in a batch.
#[derive(Clone, Copy)]
struct Part<'a> {
    position: usize,
    item: &'a Item,
    registration: Option<&'a Registration>,
}

/// How a part ended, or the dead letter that it must become first.
enum Step {
    Decided { outcome: Outcome, is_fresh: bool },
    Hold(DeadLetter),
    Delayed(StorageError),
}

impl<S: RegistrationStore> Attempt<'_, S> {
    /// Stores outcomes for all of it that is not delayed, or fails with some of it stored: then the
    /// next attempt finds what is decided already.
    pub async fn run<'a>(&self, items: &'a [Item]) -> Result<Attempted<'a>, StorageError> {
        let parts: Vec<_> = items.iter().enumerate().flat_map(Part::of).collect();
        let steps = match self.source.handling {
            Handling::Register => self.register(&parts).await?,
            Handling::Hold(reason) => {
                let cause = |part: &Part<'_>| match &part.item.delivery.death {
                    Some(death) => death.reason.clone(),
                    None => reason.as_str().to_owned(),
                };
                parts.iter().map(|part| self.hold(*part, reason, &cause(part))).collect()
            }
        };
        let delayed = parts.iter().zip(&steps).filter_map(|(part, step)| match step {
            Step::Delayed(error) => Some((part.position, error.clone())),
            Step::Decided { .. } | Step::Hold(_) => None,
        });
        let delayed: BTreeMap<_, _> = delayed.collect();
        // A message is settled as a whole.
        let complete = parts.iter().zip(steps);
        let complete = complete.filter(|(part, _)| !delayed.contains_key(&part.position));
        let complete: Vec<_> = complete.collect();
        let letters = complete.iter().filter_map(|(_, step)| match step {
            Step::Hold(letter) => Some(letter.clone()),
            Step::Decided { .. } | Step::Delayed(_) => None,
        });
        let letters: Vec<_> = letters.collect();
        let held = if letters.is_empty() { vec![] } else { self.store.hold(&letters).await? };
        let mut held = held.into_iter();
        let settled = complete.into_iter().map(|(part, step)| {
            let (outcome, is_fresh) = match step {
                Step::Decided { outcome, is_fresh } => (outcome, is_fresh),
                Step::Hold(_) => (held.next().ok_or_else(too_few_outcomes)?, true),
                Step::Delayed(error) => return Err(error),
            };
            let lane = self.source.lane_of(part.item);
            let &Part { position, registration, .. } = part;
            Ok(Settled { position, lane, registration, outcome, is_fresh })
        });
        let settled = settled.collect::<Result<Vec<_>, StorageError>>()?;
        let is_complete = |(position, _): &(usize, &Item)| !delayed.contains_key(position);
        let complete: Vec<_> =
            items.iter().enumerate().filter(is_complete).map(|(_, item)| item).collect();
        self.record(&complete).await?;
        Ok(Attempted { settled, delayed })
    }

    /// After every outcome is proved, and before the ack: a crash in between leads to a redelivery,
    /// which comes to the same outcomes and records the same numbers.
    async fn record(&self, items: &[&Item]) -> Result<(), StorageError> {
        let additions = settled_numbers(self.source, items);
        if additions.is_empty() { Ok(()) } else { self.ledger.record(additions).await }
    }

    async fn register(&self, parts: &[Part<'_>]) -> Result<Vec<Step>, StorageError> {
        let registrations = parts.iter().filter_map(|part| part.registration.cloned());
        let mut verdicts = self.insert(&registrations.collect::<Vec<_>>()).await?.into_iter();
        let steps = parts.iter().map(|part| match &part.item.content {
            Err(error) => Ok(self.hold(*part, error.reason(), &error.fingerprint())),
            Ok(_) => Ok(match verdicts.next().ok_or_else(too_few_outcomes)? {
                Verdict::Decided { outcome, is_fresh } => Step::Decided { outcome, is_fresh },
                Verdict::Refused { fingerprint, .. } => {
                    self.hold(*part, HoldReason::RefusedByDatabase, &fingerprint)
                }
                Verdict::Delayed(error) if self.holds_delayed => {
                    self.hold(*part, HoldReason::RefusedByDatabase, error.fingerprint())
                }
                Verdict::Delayed(error) => Step::Delayed(error),
            }),
        });
        steps.collect()
    }

    async fn insert(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let inserting = self.trace.begin_insert(batch.len());
        let started = Instant::now();
        let result = self.store.store(batch).instrument(inserting.work_span()).await;
        self.metrics.inserted(started.elapsed(), result.is_ok(), self.trace.of_batch());
        inserting.end(result.as_ref().err());
        result
    }

    fn hold(&self, part: Part<'_>, reason: HoldReason, fingerprint: &str) -> Step {
        let of_message = dead_letter::from_message(self.source, part.item, reason, fingerprint);
        Step::Hold(match part.registration {
            None => of_message,
            Some(registration) => dead_letter::from_registration(of_message, registration),
        })
    }
}

/// Nothing may be acked that the store did not answer for.
fn too_few_outcomes() -> StorageError {
    let sentence = "The store answered for fewer registrations than it was given.";
    StorageError::new(ErrorClass::Transient, "too_few_outcomes", sentence)
}

impl<'a> Part<'a> {
    fn of((position, item): (usize, &'a Item)) -> Vec<Self> {
        let part = |registration| Self { position, item, registration };
        match &item.content {
            Err(_) => vec![part(None)],
            Ok(envelope) => envelope.registrations.iter().map(|one| part(Some(one))).collect(),
        }
    }
}
