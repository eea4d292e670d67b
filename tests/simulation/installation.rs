//! The product's processes, which are restarted whenever they end.

use std::cell::RefCell;
use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use registrar_domain::{DerivationKey, IdempotencyKey, Lane, Outcome, RegistrationId, Student};
use registrar_messaging::transport::Connector;
use registrar_messaging::{ConsumerConnector, Envelope, PublishError, PublishSettings, Publisher};
use registrar_runtime::retry::RetryPolicy;
use registrar_storage::{PauseWatch, RegistrationStore};
use registrar_telemetry::metrics::Metrics;
use registrar_tests::random::Random;
use registrar_worker::batcher::BatchLimits;
use registrar_worker::consumer::Consumer;
use registrar_worker::ledger::Recorder;
use registrar_worker::observe::metrics::WorkerMetrics;
use registrar_worker::processor::Processor;
use registrar_worker::readiness::Readiness;
use registrar_worker::source::Source;
use registrar_worker::split::Splitter;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::consuming::ConsumingDouble;
use super::database::DatabaseDouble;
use super::pauses::PausesDouble;
use super::process::Process;
use super::publishing::PublishingDouble;
use super::tables::Tables;
use super::violation::Rule;
use super::world::World;

/// Between a process's end and its successor.
const RESTART_MS: (u64, u64) = (5, 150);
const BATCH_ROWS: u16 = 4;
/// The window and the queue of a publisher that many registrations come to at once.
const BURST: (usize, usize) = (12, 24);

thread_local! {
    static JITTER: RefCell<Random> = RefCell::new(Random::from_seed(0));
}

/// Shared by all runs, since no decision depends on them.
static METRICS: LazyLock<Arc<WorkerMetrics>> =
    LazyLock::new(|| Arc::new(WorkerMetrics::register(&Metrics::new()).unwrap()));

/// What the product is assembled with: the doubles as they are, or with a mutant around one.
pub(crate) trait Assembly: Send + Sync + 'static {
    type Publishing: Connector;
    type Consuming: ConsumerConnector;
    type Store: RegistrationStore + 'static;

    fn publishing(double: PublishingDouble) -> Self::Publishing;
    fn consuming(double: ConsumingDouble) -> Self::Consuming;
    fn store(double: DatabaseDouble) -> Self::Store;

    /// How the API derives an id from a key.
    fn id(key: &IdempotencyKey, scope: &str, student: &Student) -> RegistrationId {
        key.registration_id(&DerivationKey::new(&"simulated".into()), scope, student)
    }

    /// How a client that registered a student is answered.
    fn answer(
        _world: Arc<World>,
        _id: RegistrationId,
        answer: Result<(), PublishError>,
    ) -> impl Future<Output = Result<(), PublishError>> + Send {
        async move { answer }
    }

    /// What every reader of the tables sees of a registration.
    fn outcomes(tables: &Tables, id: &RegistrationId) -> Vec<Outcome> {
        tables.outcomes(id)
    }
}

/// The parts of an [`Assembly`] that are the doubles as they are.
macro_rules! as_it_is {
    ($($part:ident),+) => { $(as_it_is!(@$part);)+ };
    (@Publishing) => {
        type Publishing = $crate::publishing::PublishingDouble;

        fn publishing(double: $crate::publishing::PublishingDouble) -> Self::Publishing {
            double
        }
    };
    (@Consuming) => {
        type Consuming = $crate::consuming::ConsumingDouble;

        fn consuming(double: $crate::consuming::ConsumingDouble) -> Self::Consuming {
            double
        }
    };
    (@Store) => {
        type Store = $crate::database::DatabaseDouble;

        fn store(double: $crate::database::DatabaseDouble) -> Self::Store {
            double
        }
    };
}
pub(crate) use as_it_is;

/// The product as it is.
pub(crate) struct Sound;

impl Assembly for Sound {
    as_it_is!(Publishing, Consuming, Store);
}

/// Seeds the jitter of this thread's retries.
pub(crate) fn seed_jitter(seed: u64) {
    JITTER.set(Random::from_seed(seed));
}

fn jitter() -> f64 {
    let thousandths = JITTER.with_borrow_mut(|random| random.between(0, 999));
    f64::from(u32::try_from(thousandths).unwrap()) / 1_000.0
}

fn policy(first_ms: u64, cap_ms: u64) -> RetryPolicy {
    let (first, cap) = (Duration::from_millis(first_ms), Duration::from_millis(cap_ms));
    RetryPolicy::new(first, cap).drawing_from(jitter)
}

/// Small bounds, so that each of them is reached; but what a burst needs.
fn publish_settings(connections: usize, is_burst: bool) -> PublishSettings {
    let count = |count| NonZeroUsize::new(count).unwrap();
    let (window, queue) = if is_burst { BURST } else { (2, 1) };
    PublishSettings {
        publish_connections: count(connections),
        publish_window: count(window),
        publish_queue: count(queue),
        publish_queue_timeout: Duration::from_millis(100),
        publish_confirm_timeout: Duration::from_millis(400),
    }
}

/// Runs an API process after the other, until the end.
pub(crate) async fn keep_api<A: Assembly>(world: Arc<World>, end: CancellationToken) {
    while !end.is_cancelled() {
        let process = world.starts("api".to_owned());
        let shutdown = CancellationToken::new();
        let double = |_| {
            let (world, process) = (Arc::clone(&world), Arc::clone(&process));
            A::publishing(PublishingDouble { world, process })
        };
        let (publisher, connections) = Publisher::with_connectors(
            (0..world.plan.connections).map(double),
            publish_settings(world.plan.connections, world.plan.is_burst),
            policy(10, 500),
            Arc::new(()),
            &shutdown,
        );
        world.publish_through(publisher);
        let mut running = JoinSet::new();
        for connection in connections {
            running.spawn(connection);
        }
        let stopping = process.stopping();
        tokio::select! {
            biased;
            () = process.crashed() => running.shutdown().await,
            () = stopping.cancelled() => shutdown.cancel(),
            ended = running.join_next() => world.is_violated(Rule::Panicked, format!("{ended:?}")),
        }
        all_end(&world, &process, running).await;
        sleep(world.some_ms(RESTART_MS)).await;
    }
}

/// Runs a worker process after the other, until the end.
pub(crate) async fn keep_worker<A: Assembly>(
    world: Arc<World>,
    number: usize,
    end: CancellationToken,
) {
    while !end.is_cancelled() {
        let process = world.starts(format!("worker {number}"));
        let store = {
            let (world, process) = (Arc::clone(&world), Arc::clone(&process));
            Arc::new(A::store(DatabaseDouble { world, process }))
        };
        let sources = [
            (Source::lane(Lane::Interactive), 2),
            (Source::lane(Lane::Bulk), 1),
            (Source::dead_letters(), 1),
            (Source::unrouted(), 1),
        ];
        let mut running = JoinSet::new();
        let (ledger, recording) =
            Recorder::new(Arc::clone(&store), policy(10, 300), Readiness::starting([]));
        running.spawn(recording.run());
        for (source, processors) in sources {
            let splitter = splitter::<A>(Arc::clone(&world), Arc::clone(&process));
            let (world, process) = (Arc::clone(&world), Arc::clone(&process));
            let stop = process.stopping();
            // One for each consumer: the tasks that wait on one watch are woken in a random order.
            let double = PausesDouble { world: Arc::clone(&world), process: Arc::clone(&process) };
            let (pauses, keeping) = PauseWatch::new(double);
            running.spawn(keeping.run(stop.clone()));
            let consuming = A::consuming(ConsumingDouble { world, process });
            let stored = (Arc::clone(&store), ledger.clone(), splitter);
            let consumption = consumption::<A>(consuming, stored, source, processors, pauses);
            running.spawn(async move { consumption.run(stop).await.unwrap() });
        }
        drop((store, ledger));
        all_end(&world, &process, running).await;
        world.note(|| format!("{} has ended", process.name));
        sleep(world.some_ms(RESTART_MS)).await;
    }
}

fn splitter<A: Assembly>(world: Arc<World>, process: Arc<Process>) -> Splitter {
    Splitter::new(move |shutdown| {
        let (world, process) = (Arc::clone(&world), Arc::clone(&process));
        let double = A::publishing(PublishingDouble { world, process });
        let settings = publish_settings(1, true);
        Publisher::with_connectors([double], settings, policy(10, 500), Arc::new(()), shutdown)
    })
}

fn consumption<A: Assembly>(
    consuming: A::Consuming,
    (store, ledger, splitter): (Arc<A::Store>, Recorder, Splitter),
    source: Source,
    processors: u16,
    pauses: PauseWatch,
) -> Consumer<A::Consuming, A::Store> {
    Consumer {
        messaging: consuming,
        processors,
        batch_rows: BATCH_ROWS,
        processor: Arc::new(Processor {
            source,
            store,
            ledger,
            splitter,
            decode: Envelope::decode,
            limits: BatchLimits { rows: BATCH_ROWS.into(), linger: Duration::from_millis(5) },
            retry: policy(10, 300),
            requeue_after: Duration::from_secs(1),
            metrics: Arc::clone(&METRICS),
        }),
        reconnect: policy(20, 500),
        resume: policy(100, 2_000),
        readiness: Readiness::starting([]),
        pauses,
    }
}

/// Waits for what runs in a process, or drops it when the process dies.
async fn all_end(world: &World, process: &Process, mut running: JoinSet<()>) {
    loop {
        let ended = tokio::select! {
            biased;
            () = process.crashed() => return running.shutdown().await,
            ended = running.join_next() => ended,
        };
        match ended {
            None => return,
            Some(Ok(())) => {}
            Some(Err(error)) => world.is_violated(Rule::Panicked, error.to_string()),
        }
    }
}
