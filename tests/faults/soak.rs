//! Faults in a random order under load, for as long as asked for: `make soak`.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::process::{open_descriptors, resident_memory_mib};
use registrar_tests::proxy::{Proxy, Traffic};
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;
use tokio::time::{Instant, sleep};

use super::scene::{CLIENTS, Scene};

/// How long a server or the network is away in the faults that are a length of time.
const ABSENCE: Duration = Duration::from_secs(3);

/// Rounds before memory and descriptors are taken as what is normal.
const WARM_UP: usize = 3;

/// After an outage a worker has all in hand that it prefetches, which is some 30 MiB in a debug
/// build and stays with the allocator; and lapin's room for frames, 8 MiB for each consuming
/// connection, is taken as it is used. In MiB.
const ROOM_MIB: f64 = 64.0;

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
    NetworkCut,
    NetworkSilent,
    NetworkUnanswered,
    WorkerKilled,
}

const FAULTS: [Fault; 10] = [
    Fault::BrokerKilled,
    Fault::BrokerRestarted,
    Fault::BrokerSilent,
    Fault::DatabaseKilled,
    Fault::DatabaseRestarted,
    Fault::DatabaseSilent,
    Fault::NetworkCut,
    Fault::NetworkSilent,
    Fault::NetworkUnanswered,
    Fault::WorkerKilled,
];

impl Fault {
    /// The same seed makes the same series.
    fn from_seed(seed: u64, round: usize) -> Self {
        let mut hash = DefaultHasher::new();
        (seed, round).hash(&mut hash);
        FAULTS[usize::try_from(hash.finish() % FAULTS.len() as u64).unwrap()]
    }

    async fn happen(self, installation: &mut Installation) {
        let Installation { scene, second_worker, proxy, .. } = installation;
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
            Self::NetworkCut => proxy.cut(),
            Self::NetworkSilent | Self::NetworkUnanswered => {
                let is_silent = matches!(self, Self::NetworkSilent);
                proxy.set(if is_silent { Traffic::Silent } else { Traffic::Unanswered });
                sleep(ABSENCE).await;
                proxy.set(Traffic::Flowing);
            }
            Self::WorkerKilled => {
                second_worker.program.kill();
                *second_worker = Worker::start(&scene.servers).await;
            }
        }
    }
}

/// What is under load.
struct Installation {
    scene: Scene,
    /// Reaches the broker through the proxy in which faults happen, as does the worker.
    api: Api,
    /// Runs through all faults.
    worker: Worker,
    /// Reaches the broker directly.
    second_worker: Worker,
    proxy: Proxy,
}

impl Installation {
    async fn set() -> Self {
        let scene = Scene::set().await;
        let (servers, proxy) = scene.through_a_proxy().await;
        Self {
            api: Api::start(&servers).await,
            worker: Worker::start(&servers).await,
            second_worker: Worker::start(&scene.servers).await,
            scene,
            proxy,
        }
    }
}

/// Memory and descriptors of the API and of the worker that runs through all faults.
#[derive(Clone, Copy, Debug)]
struct Holding {
    api_mib: f64,
    worker_mib: f64,
    api_descriptors: usize,
    worker_descriptors: usize,
}

impl Holding {
    fn new(installation: &Installation) -> Self {
        let (api, worker) = (installation.api.program.pid(), installation.worker.program.pid());
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
#[ignore = "takes as long as asked for: make soak MINUTES=10"]
async fn random_faults_under_load_lose_nothing_and_leak_nothing() {
    let length = Duration::from_mins(setting("SOAK_MINUTES", 1));
    let seed = setting("SOAK_SEED", u64::from(std::process::id()));
    println!("SOAK for {length:?} with SOAK_SEED={seed}");
    let mut installation = Installation::set().await;
    let load = Load::start_mixed(&installation.api.url, CLIENTS);
    let (started, mut slowest, mut normal) = (Instant::now(), Duration::ZERO, None);
    let mut round = 0;
    while started.elapsed() < length || round <= WARM_UP {
        load.accepts(500).await;
        let fault = Fault::from_seed(seed, round);
        fault.happen(&mut installation).await;
        let recovered_in = load.recovers(&installation.scene.oracle).await;
        slowest = slowest.max(recovered_in);
        let holding = Holding::new(&installation);
        println!("SOAK round {round}: {fault:?}, recovered in {recovered_in:.1?}, {holding:?}");
        round += 1;
        if round == WARM_UP {
            normal = Some(holding);
        } else if let Some(normal) = normal {
            assert!(holding.is_no_more_than(&normal), "normal was {normal:?}");
        }
    }
    installation.scene.verdict(&format!("soak of {round} random faults"), load, slowest).await;
}
