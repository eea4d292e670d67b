//! The processor's loop, over deliveries and a store in memory: what is acked, and when.

mod batching;
mod delaying;
mod failing;
mod holding;
mod importing;
mod noting;
mod splitting;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use registrar_domain::ledger::{Ledger, ProducerId, SequenceKey, SequenceState};
use registrar_domain::{HoldReason, Lane, Outcome, Registration, RegistrationId, Student};
use registrar_messaging::{
    ChannelGone, DecodeError, Deliveries, Delivery, Envelope, SequenceRange,
};
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{
    DeadLetter, ErrorClass, ImportCounts, ImportEntry, RegistrationStore, StorageError, Verdict,
};
use registrar_telemetry::metrics::Metrics;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::splitting::Republished;
use super::ProcessorEnd::Interrupted;
use super::{Processor, ProcessorEnd};
use crate::batcher::{BatchLimits, Mode};
use crate::ledger::Recorder;
use crate::observe::metrics::WorkerMetrics;
use crate::readiness::Readiness;
use crate::source::Source;
use crate::unavailable::Unavailable;

/// A channel that hands out these deliveries and then is silent, or gone.
#[derive(Debug, Default)]
struct Channel {
    deliveries: VecDeque<Delivery>,
    goes_silent: bool,
    acked: Arc<watch::Sender<Vec<u64>>>,
    /// What the ledger has, to be counted at each ack.
    ledger: Arc<Mutex<Ledger>>,
    known_when_acked: Vec<u64>,
}

impl From<VecDeque<Delivery>> for Channel {
    fn from(deliveries: VecDeque<Delivery>) -> Self {
        Self { deliveries, ..Self::default() }
    }
}

impl Deliveries for Channel {
    async fn next(&mut self) -> Option<Delivery> {
        match self.deliveries.pop_front() {
            None if self.goes_silent => std::future::pending().await,
            delivery => delivery,
        }
    }

    async fn ack_through(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.acked.send_modify(|acked| acked.push(tag));
        let known =
            self.ledger.lock().unwrap().iter().map(|(_, state)| state.settled.count()).sum();
        self.known_when_acked.push(known);
        Ok(())
    }

    async fn ack(&mut self, tag: u64) -> Result<(), ChannelGone> {
        self.ack_through(tag).await
    }

    async fn cancel(&mut self) {
        self.goes_silent = false;
    }

    async fn requeue_all(&mut self) {}
}

/// A store that answers as the script says, and then always well.
#[derive(Debug, Default)]
struct Script {
    failures: Mutex<VecDeque<ErrorClass>>,
    fails_for_ever: Option<ErrorClass>,
    refuses: Option<RegistrationId>,
    forgets_one: bool,
    hold_fails: Mutex<usize>,
    batches: Mutex<Vec<Vec<Registration>>>,
    /// What has an outcome.
    decided: Mutex<HashSet<RegistrationId>>,
    /// Delayed for so many attempts.
    delays: Mutex<HashMap<RegistrationId, usize>>,
    held: Mutex<Vec<DeadLetter>>,
    /// What was recorded of imports.
    imports: Mutex<Vec<ImportEntry>>,
    import_fails: Mutex<usize>,
    /// So many rows of the ledger were written.
    records: Mutex<usize>,
    record_fails: Mutex<usize>,
    record_fails_until: Option<Instant>,
    probe_fails: bool,
    recorded: Arc<Mutex<Ledger>>,
    stop_while_storing: Option<CancellationToken>,
    /// A lane unless another one is given.
    source: Option<Source>,
    /// What was published again.
    republished: Republished,
}

impl Script {
    fn stop(&self) {
        if let Some(stop) = &self.stop_while_storing {
            stop.cancel();
        }
    }
}

fn error(class: ErrorClass) -> StorageError {
    StorageError::new(class, "scripted", "The script says so.")
}

impl RegistrationStore for Script {
    async fn probe(&self) -> Result<(), StorageError> {
        if self.probe_fails { Err(error(ErrorClass::Transient)) } else { Ok(()) }
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        self.batches.lock().unwrap().push(batch.to_vec());
        self.stop();
        let failure = self.failures.lock().unwrap().pop_front().or(self.fails_for_ever);
        if let Some(class) = failure {
            return Err(error(class));
        }
        let is_delayed = |one: &Registration| match self.delays.lock().unwrap().get_mut(&one.id) {
            None | Some(0) => false,
            Some(attempts) => {
                *attempts -= 1;
                true
            }
        };
        let verdict = |one: &Registration| {
            if is_delayed(one) {
                Verdict::Delayed(error(ErrorClass::Transient))
            } else if self.refuses == Some(one.id) {
                Verdict::Refused {
                    reason: HoldReason::RefusedByDatabase,
                    fingerprint: "mysql:4025".to_owned(),
                    code: Some(4025),
                }
            } else {
                let is_fresh = self.decided.lock().unwrap().insert(one.id);
                Verdict::Decided { outcome: Outcome::Registered, is_fresh }
            }
        };
        let answered = batch.len() - usize::from(self.forgets_one);
        Ok(batch[..answered].iter().map(verdict).collect())
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        let mut failing = self.hold_fails.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(error(ErrorClass::Transient));
        }
        self.held.lock().unwrap().extend_from_slice(dead_letters);
        Ok(dead_letters.iter().map(|one| Outcome::OnHold(one.reason)).collect())
    }

    async fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashSet<RegistrationId>, StorageError> {
        self.stop();
        let decided = self.decided.lock().unwrap();
        Ok(ids.iter().filter(|id| decided.contains(id)).copied().collect())
    }

    async fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        let mut failing = self.import_fails.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(error(ErrorClass::Transient));
        }
        self.imports.lock().unwrap().extend_from_slice(&entries);
        Ok(vec![None; entries.len()])
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        if self.record_fails_until.is_some_and(|until| Instant::now() < until) {
            return Err(error(ErrorClass::System));
        }
        let mut failing = self.record_fails.lock().unwrap();
        if *failing > 0 {
            *failing -= 1;
            return Err(error(ErrorClass::Transient));
        }
        *self.records.lock().unwrap() += 1;
        self.recorded.lock().unwrap().add(additions);
        Ok(())
    }
}

const PANICS: &[u8] = b"a bug of the decoder";

fn decode(body: &[u8]) -> Result<Envelope, DecodeError> {
    assert_ne!(body, PANICS);
    Envelope::decode(body)
}

fn registration() -> Registration {
    let student = Student::parse("Ada", "Lovelace", "ada@example.com").unwrap();
    Registration::now(RegistrationId::generate(), student)
}

fn delivery(tag: u64, body: Vec<u8>) -> Delivery {
    Delivery { tag, body, routing_key: "interactive".to_owned(), ..Delivery::default() }
}

fn deliveries(count: u64) -> VecDeque<Delivery> {
    (1..=count)
        .map(|tag| delivery(tag, Envelope::from_registration(registration()).encode()))
        .collect()
}

struct Run {
    end: ProcessorEnd,
    acked: Vec<u64>,
    known_when_acked: Vec<u64>,
    took: Duration,
    store: Arc<Script>,
    metrics: Metrics,
}

impl Run {
    fn batch_sizes(&self) -> Vec<usize> {
        self.store.batches.lock().unwrap().iter().map(Vec::len).collect()
    }

    /// A counter with these labels.
    fn counted(&self, counter: &str) -> u64 {
        let text = self.metrics.render().unwrap();
        let value = text.lines().find_map(|line| line.strip_prefix(counter)?.strip_prefix(' '));
        value.unwrap_or("0").parse().unwrap()
    }

    fn held(&self) -> Vec<DeadLetter> {
        self.store.held.lock().unwrap().clone()
    }
}

/// Runs a processor with batches of at most four rows until it ends.
async fn run(channel: impl Into<Channel>, script: Script) -> Run {
    run_until(channel.into(), script, CancellationToken::new()).await
}

async fn run_until(channel: Channel, script: Script, stop: CancellationToken) -> Run {
    run_at(Mode::Normal, channel, script, stop).await
}

/// Runs until enough is acked, and then stops.
async fn run_until_acked(
    channel: Channel,
    script: Script,
    is_enough: impl Fn(&[u64]) -> bool + Send + Sync + 'static,
) -> Run {
    let stop = CancellationToken::new();
    let (mut acked, done) = (channel.acked.subscribe(), stop.clone());
    tokio::spawn(async move {
        acked.wait_for(|acked| is_enough(acked)).await.unwrap();
        done.cancel();
    });
    run_until(Channel { goes_silent: true, ..channel }, script, stop).await
}

/// Runs until this delivery is acked, and then stops.
async fn run_until_tag(last: u64, deliveries: VecDeque<Delivery>, script: Script) -> Run {
    let channel = Channel::from(deliveries);
    run_until_acked(channel, script, move |acked| acked.last() == Some(&last)).await
}

async fn run_at(mode: Mode, channel: Channel, script: Script, stop: CancellationToken) -> Run {
    run_with(mode, channel, script, &stop.child_token(), &stop).await
}

async fn run_with(
    mode: Mode,
    mut channel: Channel,
    script: Script,
    wind_down: &CancellationToken,
    stop: &CancellationToken,
) -> Run {
    let limits = BatchLimits { rows: 4, linger: Duration::from_millis(5) };
    let store = Arc::new(script);
    let retry = RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(1));
    let (ledger, recording) = Recorder::new(Arc::clone(&store), retry, Readiness::starting([]));
    let recording = tokio::spawn(recording.run());
    let splitter = store.republished.splitter();
    let metrics = Metrics::new();
    let processor = Processor {
        source: store.source.unwrap_or_else(|| Source::lane(Lane::Interactive)),
        store: Arc::clone(&store),
        ledger,
        splitter,
        decode,
        limits,
        retry: RetryPolicy::new(Duration::from_millis(50), Duration::from_secs(5)),
        requeue_after: Duration::from_mins(5),
        metrics: Arc::new(WorkerMetrics::register(&metrics).unwrap()),
    };
    channel.ledger = Arc::clone(&store.recorded);
    let began = Instant::now();
    let end = processor.run(mode, &mut channel, wind_down, stop).await;
    let took = began.elapsed();
    drop(processor);
    recording.await.unwrap();
    let acked = channel.acked.borrow().clone();
    Run { end, acked, known_when_acked: channel.known_when_acked, took, store, metrics }
}
