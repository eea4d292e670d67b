//! Notes in the ledger what was settled: before the ack as long as the ledger can be written in
//! time, and afterwards when it cannot, so that it never stops a lane.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::ledger::Ledger;
use registrar_runtime::retry::{Backoff, RetryPolicy};
use registrar_storage::{RegistrationStore, StorageError};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

use super::outage::Outage;
use crate::readiness::Readiness;

/// How long a batch waits for the ledger, twice: before and after the look at whether MySQL as a
/// whole is away. Longer than the delays between attempts, so that there is one in each.
const IN_TIME: Duration = Duration::from_secs(2);

/// Each processor waits for its note, so that there are never more than processors while all is well;
/// and while acks go ahead, what comes is taken at once.
const NOTES: usize = 64;

/// The most ranges of an key that are kept while the ledger cannot be written, so that memory
/// is bounded; as text some hundred kilobytes.
const MAX_RANGES: usize = 10_000;

/// Notes what is settled; one for each processor, all of which share one [`Recording`].
#[derive(Debug)]
pub struct Recorder<S> {
    store: Arc<S>,
    notes: mpsc::Sender<Note>,
    outage: Outage,
}

impl<S> Clone for Recorder<S> {
    fn clone(&self) -> Self {
        let Self { store, notes, outage } = self;
        Self { store: Arc::clone(store), notes: notes.clone(), outage: outage.clone() }
    }
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
}

#[derive(Debug)]
struct Note {
    settled: Ledger,
    recorded: oneshot::Sender<()>,
}

impl<S: RegistrationStore> Recorder<S> {
    /// A recorder, and the task to run beside it, which ends after the last of its clones.
    pub fn new(store: Arc<S>, retry: RetryPolicy, readiness: Readiness) -> (Self, Recording<S>) {
        let (sender, receiver) = mpsc::channel(NOTES);
        let outage = Outage::none(readiness);
        let recording = Recording {
            store: Arc::clone(&store),
            notes: receiver,
            outage: outage.clone(),
            retry,
            pending: Ledger::default(),
            waiting: Vec::new(),
        };
        (Self { store, notes: sender, outage }, recording)
    }

    /// Notes what was settled and may be acked after this. In bounded time.
    ///
    /// Fails when MySQL as a whole is away, which stores no registrations either: then nothing is
    /// gained by acking ahead of the ledger.
    pub(crate) async fn record(&self, settled: Ledger) -> Result<(), StorageError> {
        let (recorded, mut is_recorded) = oneshot::channel();
        // It is gone only when it panicked, which ends the process.
        if self.notes.send(Note { settled, recorded }).await.is_err() || self.outage.is_on() {
            return Ok(());
        }
        if let Ok(Ok(())) = timeout(IN_TIME, &mut is_recorded).await {
            return Ok(());
        }
        self.store.probe().await?;
        // It may have come back this very moment.
        if !matches!(timeout(IN_TIME, is_recorded).await, Ok(Ok(()))) {
            self.outage.begin();
        }
        Ok(())
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
            while let Ok(note) = self.notes.try_recv() {
                self.take(note);
            }
            self.record_all().await;
        }
    }

    fn take(&mut self, note: Note) {
        self.pending.add(&note.settled);
        self.waiting.push(note.recorded);
    }

    async fn record_all(&mut self) {
        let mut backoff = Backoff::new(self.retry);
        let mut give_up_at = None;
        while !self.pending.is_empty() {
            let Err(error) = self.record().await else {
                backoff.reset();
                continue;
            };
            if self.notes.is_closed() && self.notes.is_empty() {
                let give_up_at = *give_up_at.get_or_insert_with(|| Instant::now() + IN_TIME);
                if Instant::now() >= give_up_at {
                    return self.leave_unwritten(&error);
                }
            }
            self.outage.caused_by(error);
            self.pause(backoff.next_delay()).await;
        }
    }

    /// Writes what is pending, and takes what comes meanwhile.
    async fn record(&mut self) -> Result<(), StorageError> {
        let (settled, waiting) = (mem::take(&mut self.pending), mem::take(&mut self.waiting));
        let store = Arc::clone(&self.store);
        let recording = store.record(&settled);
        tokio::pin!(recording);
        let result = loop {
            tokio::select! {
                biased;
                result = &mut recording => break result,
                Some(note) = self.notes.recv() => self.take(note),
            }
        };
        if result.is_ok() {
            // What was taken meanwhile is written next, also when there is always more of it.
            self.outage.end();
            for one in waiting {
                // It may not have waited so long.
                let _ = one.send(());
            }
        } else {
            self.pending.add(&settled);
            self.waiting.extend(waiting);
            self.bound();
        }
        result
    }

    async fn pause(&mut self, delay: Duration) {
        let delay = sleep(delay);
        tokio::pin!(delay);
        loop {
            tokio::select! {
                biased;
                () = &mut delay => return,
                Some(note) = self.notes.recv() => self.take(note),
            }
        }
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

    /// The process ends. What it settled shows as unaccounted for, unless somebody adds it.
    fn leave_unwritten(&mut self, error: &StorageError) {
        for (key, state) in self.pending.iter() {
            let (producer, lane) = (key.producer, key.lane.as_str());
            let settled = state.settled.to_string();
            tracing::error!(
                %producer, lane, settled, %error,
                "these messages were settled, and the ledger could not be written: they show as \
                 unaccounted for"
            );
        }
        self.pending = Ledger::default();
    }
}
