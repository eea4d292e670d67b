//! Notes in the ledger what was settled, off the hot path: what all processors settle within an
//! interval is one row for each sequence. Acks wait for it, processing does not; and when the ledger
//! cannot be written in time they go ahead, so that it never stops a lane.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{FusedFuture, FutureExt as _};
use registrar_domain::ledger::Ledger;
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::{RegistrationStore, StorageError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout_at};

use super::outage::Outage;
use crate::readiness::Readiness;

/// How long notes are gathered, unless one is urgent: the prefetch of a channel runs low, or a
/// message was split.
const INTERVAL: Duration = Duration::from_millis(50);

/// How long acks wait for the ledger, twice: before and after the probe of whether MySQL as a whole
/// is away. Longer than the delays between attempts, so that there is one in each.
const IN_TIME: Duration = Duration::from_secs(2);

/// Within this time a note is written or acks go ahead, unless MySQL as a whole is away.
pub(crate) const NOTED_WITHIN: Duration = Duration::from_secs(6);

/// The task takes notes at any time, so that this never fills for long.
const NOTES: usize = 64;

/// The most ranges of a sequence that are kept while the ledger cannot be written, so that memory
/// is bounded; as text some hundred kilobytes.
const MAX_RANGES: usize = 10_000;

/// Notes what is settled; one for each processor, all of which share one [`Recording`].
#[derive(Clone, Debug)]
pub struct Recorder {
    notes: mpsc::Sender<Note>,
    outage: Outage,
}

/// Writes the notes of all processors of a process: those that come while it writes go together.
#[derive(Debug)]
pub struct Recording<S> {
    store: Arc<S>,
    notes: mpsc::Receiver<Note>,
    outage: Outage,
    retry: RetryPolicy,
    pending: Ledger,
    waiting: Vec<oneshot::Sender<()>>,
    /// Those of what is being written.
    writing: Vec<oneshot::Sender<()>>,
    is_urgent: bool,
}

#[derive(Debug)]
struct Note {
    settled: Ledger,
    may_be_acked: oneshot::Sender<()>,
    is_urgent: bool,
}

impl Recorder {
    /// A recorder, and the task to run beside it, which ends after the last of its clones.
    pub fn new<S: RegistrationStore>(
        store: Arc<S>,
        retry: RetryPolicy,
        readiness: Readiness,
    ) -> (Self, Recording<S>) {
        let (sender, receiver) = mpsc::channel(NOTES);
        let outage = Outage::none(readiness);
        let recording = Recording {
            store,
            notes: receiver,
            outage: outage.clone(),
            retry,
            pending: Ledger::default(),
            waiting: Vec::new(),
            writing: Vec::new(),
            is_urgent: false,
        };
        (Self { notes: sender, outage }, recording)
    }

    /// Notes what was settled, soon or, when it is urgent, at once with all that was noted before.
    /// What is returned resolves when it may be acked: the note is written, or acks go ahead of a
    /// ledger that cannot be written. While MySQL as a whole is away, which stores no registrations
    /// either, it does not resolve.
    pub(crate) async fn note(&self, settled: Ledger, is_urgent: bool) -> oneshot::Receiver<()> {
        let (may_be_acked, noted) = oneshot::channel();
        // The task is gone only when it panicked, which ends the process.
        let _ = self.notes.send(Note { settled, may_be_acked, is_urgent }).await;
        noted
    }

    pub(crate) fn why_not_noted(&self) -> StorageError {
        self.outage.cause()
    }

    /// What knows whether acks go ahead of the ledger.
    pub(crate) fn outage(&self) -> Outage {
        self.outage.clone()
    }
}

impl<S: RegistrationStore> Recording<S> {
    /// Runs until no recorder is left, and a little longer when something is left to be written.
    pub async fn run(mut self) {
        while let Some(note) = self.notes.recv().await {
            self.take(note);
            self.gather().await;
            self.write().await;
        }
    }

    fn take(&mut self, Note { settled, may_be_acked, is_urgent }: Note) {
        self.pending.add(&settled);
        self.is_urgent |= is_urgent;
        self.waiting.push(may_be_acked);
        if self.outage.is_on() {
            self.let_all_be_acked();
        }
    }

    async fn gather(&mut self) {
        let until = Instant::now() + INTERVAL;
        while !self.is_urgent {
            match timeout_at(until, self.notes.recv()).await {
                Ok(Some(note)) => self.take(note),
                Ok(None) | Err(_) => break,
            }
        }
        while let Ok(note) = self.notes.try_recv() {
            self.take(note);
        }
        self.is_urgent = false;
    }

    /// Writes what is pending until nothing is, or the process ends.
    async fn write(&mut self) {
        let mut backoff = Backoff::new(self.retry);
        let mut late = Box::pin(late(Arc::clone(&self.store)).fuse());
        let mut give_up_at = None;
        while !self.pending.is_empty() {
            let settled = mem::take(&mut self.pending);
            self.writing = mem::take(&mut self.waiting);
            let store = Arc::clone(&self.store);
            let Err(error) = self.take_during(store.record(&settled), &mut late).await else {
                // What was taken meanwhile is written next, also when there is always more of it.
                self.outage.end();
                answer(self.writing.drain(..));
                backoff.reset();
                late = Box::pin(self::late(Arc::clone(&self.store)).fuse());
                continue;
            };
            self.pending.add(&settled);
            self.waiting.append(&mut self.writing);
            self.bound();
            if self.notes.is_closed() && self.notes.is_empty() {
                let give_up_at = *give_up_at.get_or_insert_with(|| Instant::now() + IN_TIME);
                if Instant::now() >= give_up_at {
                    return self.leave_unwritten(&error);
                }
            }
            self.outage.caused_by(error);
            self.take_during(sleep(backoff.next_delay()), &mut late).await;
        }
        self.let_all_be_acked();
    }

    /// Takes notes until `work` is done; acks go ahead once it is late.
    async fn take_during<T>(
        &mut self,
        work: impl Future<Output = T>,
        late: &mut (impl FusedFuture<Output = ()> + Unpin),
    ) -> T {
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                Some(note) = self.notes.recv() => self.take(note),
                () = &mut *late, if !late.is_terminated() => {
                    self.outage.begin();
                    self.let_all_be_acked();
                }
            }
        }
    }

    fn let_all_be_acked(&mut self) {
        answer(self.waiting.drain(..).chain(self.writing.drain(..)));
    }

    /// Joining ranges calls settled what perhaps is not, which hides losses but invents none.
    fn bound(&mut self) {
        self.waiting.retain(|one| !one.is_closed());
        for (key, state) in self.pending.iter_mut() {
            if state.settled.join_if_more_than(MAX_RANGES) {
                let (producer, lane) = (key.producer, key.lane.as_str());
                tracing::warn!(%producer, lane, "the ledger loses detail, since it cannot be written");
            }
        }
    }

    /// The process ends. What it settled shows as unaccounted for, unless an operator adds it.
    fn leave_unwritten(&mut self, error: &StorageError) {
        for (key, state) in self.pending.iter() {
            let (producer, lane) = (key.producer, key.lane.as_str());
            let settled = state.settled.to_string();
            tracing::error!(
                %producer, lane, settled, %error,
                "these registrations were settled, and the ledger could not be written: they show as \
                 unaccounted for"
            );
        }
        self.pending = Ledger::default();
    }
}

fn answer(waiting: impl Iterator<Item = oneshot::Sender<()>>) {
    for one in waiting {
        // Its processor may have ended.
        let _ = one.send(());
    }
}

/// Waits until the ledger is late although MySQL as a whole is not away. While it is away nothing is
/// gained by acking ahead of the ledger.
async fn late<S: RegistrationStore>(store: Arc<S>) {
    loop {
        sleep(IN_TIME).await;
        if store.probe().await.is_ok() {
            // It may have come back this very moment.
            return sleep(IN_TIME).await;
        }
    }
}
