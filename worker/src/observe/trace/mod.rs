//! The spans of a batch: one of its own, and for each message its place in its request's trace.
//!
//! A batch's INSERT is shared, so the batch span and each message's `process` span link to each
//! other, and each message's own trace also holds a `db_insert_student` with the batch's timing:
//! one trace id shows the whole journey, also of registrations that share a message. Spans cost
//! microseconds each, so none is made in a trace that is not recorded; log lines have its ids all the
//! same.

mod spans;

use std::collections::BTreeMap;

use registrar_domain::{Outcome, Registration};
use registrar_messaging::caught;
use registrar_storage::StorageError;
use registrar_telemetry::Root;
use registrar_telemetry::propagation::{self, Context, FutureExt as _, Headers, TraceId};
use tracing::{Instrument as _, Level};

use self::spans::{
    InsertTrace, OutcomeCounts, Recorded, batch_span, fail, insert_span, process_span,
};
use crate::item::Item;
use crate::source::Source;

/// The trace of one batch, from delivery to settlement.
#[derive(Debug)]
pub struct BatchTrace {
    batch: Batch,
    /// The recorded ones among the registrations, each of which has its request's trace: by their
    /// message's place in the batch and theirs in it.
    registrations: BTreeMap<(usize, usize), Recorded>,
}

#[derive(Debug)]
enum Batch {
    Recorded(Recorded),
    NotRecorded(Context),
}

impl BatchTrace {
    /// Opens the spans of what is recorded.
    pub fn begin(source: &Source, items: &[Item]) -> Self {
        let batch = Batch::begin(source, items.len());
        let mut registrations = BTreeMap::new();
        for (position, item) in items.iter().enumerate() {
            let begin = |headers: &Headers| {
                let parent = Root::parent_if_recorded(&parent_in(headers))?;
                let recorded = process_span(source, item, &parent)?;
                if let Batch::Recorded(batch) = &batch {
                    propagation::link(&batch.span, recorded.context.clone());
                    propagation::link(&recorded.span, batch.context.clone());
                }
                Some(recorded)
            };
            let others = caught(|| item.delivery.other_trace_contexts()).unwrap_or_default();
            for (place, headers) in &others {
                registrations.extend(begin(headers).map(|other| ((position, *place), other)));
            }
            let first = begin(&item.delivery.headers);
            registrations.extend(first.map(|first| ((position, 0), first)));
        }
        Self { batch, registrations }
    }

    /// The batch's own trace, when it is recorded; it links to those of its messages.
    pub fn of_batch(&self) -> Option<TraceId> {
        self.batch.recorded().map(Recorded::trace_id)
    }

    /// The trace of a registration, by its message's place in the batch and its own in the message,
    /// when it is recorded.
    pub fn trace_of(&self, position: usize, place: usize) -> Option<TraceId> {
        self.registrations.get(&(position, place)).map(Recorded::trace_id)
    }

    /// Runs what is done for the whole batch.
    pub async fn run<F: Future>(&self, work: F) -> F::Output {
        match &self.batch {
            Batch::Recorded(Recorded { span, .. }) => work.instrument(span.clone()).await,
            Batch::NotRecorded(context) => work.with_context(context.clone()).await,
        }
    }

    /// As [`Self::run`], for what happens at once.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.batch {
            Batch::Recorded(Recorded { span, .. }) => span.in_scope(work),
            Batch::NotRecorded(context) => {
                let _attached = context.clone().attach();
                work()
            }
        }
    }

    /// Opens the spans of one INSERT of so many rows, one in each message's trace.
    pub fn begin_insert(&self, rows: usize) -> InsertTrace {
        let below = |parent: &Recorded| insert_span(&parent.span, rows);
        InsertTrace {
            messages: self.registrations.values().map(below).collect(),
            batch: self.batch.recorded().map(below),
        }
    }

    /// Closes all spans of a batch that was not settled: its messages are delivered again.
    pub fn requeue(self, why: &'static str) {
        for Recorded { span, .. } in self.registrations.values().chain(self.batch.recorded()) {
            span.record("registration.outcome", "requeued");
            fail(span, why);
        }
    }

    /// Closes all spans, with one log line for the batch and one in each message's trace. What is
    /// delayed gets new ones when it is tried again.
    pub fn end(self, batch: &[Item]) {
        let mut all = OutcomeCounts::default();
        for (position, item) in batch.iter().enumerate() {
            if let Some(error) = item.delayed_by() {
                self.delayed(position, error);
            }
            let chunk = self.registrations.get(&(position, 0)).filter(|_| item.is_of_import());
            let mut rows = OutcomeCounts::default();
            for (place, (registration, outcome, _)) in item.outcomes().enumerate() {
                all.add(outcome);
                rows.add(outcome);
                if let Some(chunk) = chunk {
                    chunk.span.in_scope(|| log_outcome(registration, outcome));
                    continue;
                }
                match self.registrations.get(&(position, place)) {
                    Some(recorded) => {
                        recorded.end(outcome);
                        recorded.span.in_scope(|| log_outcome(registration, outcome));
                    }
                    None if place == 0 => log_unrecorded(item, registration, outcome),
                    // The message names its request's trace only when it is recorded.
                    None => self.in_scope(|| log_outcome(registration, outcome)),
                }
            }
            if let Some(chunk) = chunk {
                chunk.end_chunk(&rows);
            }
        }
        self.in_scope(|| {
            if let Some(error) = batch.iter().find_map(Item::delayed_by) {
                let messages = batch.iter().filter(|item| item.is_delayed()).count();
                tracing::warn!(%error, messages, "delayed, while the others go on");
            }
            let (messages, OutcomeCounts { registered, rejected, on_hold }) = (batch.len(), all);
            tracing::info!(messages, registered, rejected, on_hold, "batch settled");
        });
    }

    fn delayed(&self, position: usize, error: &StorageError) {
        for (_, Recorded { span, .. }) in self.registrations.range((position, 0)..(position + 1, 0))
        {
            span.record("registration.outcome", "delayed");
            fail(span, error.fingerprint());
        }
    }
}

impl Batch {
    fn begin(source: &Source, messages: usize) -> Self {
        let parent = match Root::decide(Context::new()) {
            Root::Recorded(parent) => parent,
            Root::NotRecorded(context) => return Self::NotRecorded(context),
        };
        Recorded::new(batch_span(source, messages), &parent)
            .map_or(Self::NotRecorded(parent), Self::Recorded)
    }

    fn recorded(&self) -> Option<&Recorded> {
        match self {
            Self::Recorded(recorded) => Some(recorded),
            Self::NotRecorded(_) => None,
        }
    }
}

/// Logs with the ids of a trace that is not recorded, which are made only for a line.
fn log_unrecorded(item: &Item, registration: Option<&Registration>, outcome: Outcome) {
    if outcome == Outcome::Registered && !tracing::enabled!(Level::DEBUG) {
        return;
    }
    let parent = parent_in(&item.delivery.headers);
    let (Root::Recorded(context) | Root::NotRecorded(context)) = Root::decide(parent);
    let _attached = context.attach();
    log_outcome(registration, outcome);
}

/// The span that published the message; an empty context when it names none.
fn parent_in(headers: &Headers) -> Context {
    caught(|| propagation::extract(headers)).unwrap_or_default()
}

/// A registered student is one of a great many and gets a line only at debug level; a rejection or
/// a dead letter is what is asked about.
fn log_outcome(registration: Option<&Registration>, outcome: Outcome) {
    let registration_id = registration.map(|registration| tracing::field::display(registration.id));
    match outcome {
        Outcome::Registered => {
            tracing::debug!(registration_id, "registered");
        }
        // Its importer reads why; a file has many.
        Outcome::Rejected(code) if registration.is_some_and(|one| one.import.is_some()) => {
            tracing::debug!(registration_id, code = code.as_str(), "rejected");
        }
        Outcome::Rejected(code) => {
            tracing::info!(registration_id, code = code.as_str(), "rejected");
        }
        Outcome::OnHold(reason) => {
            tracing::warn!(
                registration_id,
                reason = reason.as_str(),
                "on hold: an operator must look at it"
            );
        }
    }
}
