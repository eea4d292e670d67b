//! Faults in a random order under load, for as long as asked for: `make soak`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use registrar_tests::process::{open_descriptors, resident_memory_mib};
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

use super::scene::Scene;

/// How long a server is away in the faults that are a length of time.
const ABSENCE: Duration = Duration::from_secs(3);

/// Rounds before memory and descriptors are taken as what is normal.
const WARM_UP: usize = 3;

/// After an outage a worker has all in hand that it prefetches, which is some 30 MiB in a debug
/// build and stays with the allocator. In MiB.
const ROOM_MIB: f64 = 48.0;

/// Connections that are just being opened or closed.
const ROOM_DESCRIPTORS: usize = 16;

#[derive(Clone, Copy, Debug)]
enum Fault {
    BrokerKilled,
    BrokerRestarted,
    BrokerSilent,
    DatabaseKilled,
    DatabaseRestarted,
    DatabaseSilent,
    WorkerKilled,
}

const FAULTS: [Fault; 7] = [
    Fault::BrokerKilled,
    Fault::BrokerRestarted,
    Fault::BrokerSilent,
    Fault::DatabaseKilled,
    Fault::DatabaseRestarted,
    Fault::DatabaseSilent,
    Fault::WorkerKilled,
];

impl Fault {
    /// The same seed makes the same series.
    fn of(seed: u64, round: usize) -> Self {
        let mut hash = DefaultHasher::new();
        (seed, round).hash(&mut hash);
        FAULTS[usize::try_from(hash.finish() % FAULTS.len() as u64).unwrap()]
    }

    async fn happen(self, scene: &mut Scene, rival: &mut Worker) {
        let (broker, database) = (&mut scene.pair.broker, &mut scene.pair.database);
        match self {
            Self::BrokerKilled => block_in_place(|| {
                broker.kill().unwrap();
                broker.start_again().unwrap();
            }),
            Self::BrokerRestarted => block_in_place(|| broker.restart()).unwrap(),
            Self::BrokerSilent => {
                broker.pause().unwrap();
                sleep(ABSENCE).await;
                broker.resume().unwrap();
            }
            Self::DatabaseKilled => block_in_place(|| {
                database.kill().unwrap();
                database.start_again().unwrap();
            }),
            Self::DatabaseRestarted => block_in_place(|| database.restart()).unwrap(),
            Self::DatabaseSilent => {
                database.pause().unwrap();
                sleep(ABSENCE).await;
                database.resume().unwrap();
            }
            Self::WorkerKilled => {
                rival.program.kill();
                *rival = Worker::start(&scene.servers).await;
            }
        }
    }
}

/// What the API and the worker that lives through everything hold.
#[derive(Clone, Copy, Debug)]
struct Holding {
    api_mib: f64,
    worker_mib: f64,
    api_descriptors: usize,
    worker_descriptors: usize,
}

impl Holding {
    fn of(scene: &Scene, worker: &Worker) -> Self {
        let (api, worker) = (scene.api.program.pid(), worker.program.pid());
        Self {
            api_mib: resident_memory_mib(api),
            worker_mib: resident_memory_mib(worker),
            api_descriptors: open_descriptors(api),
            worker_descriptors: open_descriptors(worker),
        }
    }

    fn is_no_more_than(&self, normal: &Self) -> bool {
        self.api_mib <= normal.api_mib + ROOM_MIB
            && self.worker_mib <= normal.worker_mib + ROOM_MIB
            && self.api_descriptors <= normal.api_descriptors + ROOM_DESCRIPTORS
            && self.worker_descriptors <= normal.worker_descriptors + ROOM_DESCRIPTORS
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as it is told to: make soak MINUTES=10"]
async fn random_faults_under_load_lose_nothing_and_leak_nothing() {
    let length = Duration::from_mins(setting("SOAK_MINUTES", 1));
    let seed = setting("SOAK_SEED", u64::from(std::process::id()));
    println!("SOAK for {length:?} with SOAK_SEED={seed}");
    let mut scene = Scene::set().await;
    let worker = Worker::start(&scene.servers).await;
    let mut rival = Worker::start(&scene.servers).await;
    let load = scene.load();
    let (started, mut slowest, mut normal) = (Instant::now(), Duration::ZERO, None);
    let mut round = 0;
    while started.elapsed() < length || round <= WARM_UP {
        load.accepts(500).await;
        let fault = Fault::of(seed, round);
        fault.happen(&mut scene, &mut rival).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        slowest = slowest.max(recovered_in);
        let holding = Holding::of(&scene, &worker);
        println!("SOAK round {round}: {fault:?}, recovered in {recovered_in:.1?}, {holding:?}");
        round += 1;
        if round == WARM_UP {
            normal = Some(holding);
        } else if let Some(normal) = normal {
            assert!(holding.is_no_more_than(&normal), "normal was {normal:?}");
        }
    }
    scene.verdict(&format!("soak of {round} random faults"), load, slowest).await;
}
