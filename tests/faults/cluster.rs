//! Three RabbitMQ nodes that hold copies of each other's queues, behind a load balancer.

use std::thread;
use std::time::Duration;

use registrar_local::{Cluster, MariaDb, Queue, RabbitMq, ServerOptions, StackError};
use registrar_tests::api::Api;
use registrar_tests::balancer::Balancer;
use registrar_tests::load::Load;
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Servers;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::sync::SemaphorePermit;
use tokio::task::block_in_place;
use tokio::time::{Instant, timeout};

use super::scene::{CLIENTS, LIMIT, PLACES};
use super::verdict::{queues_are_empty, verdict};

const LANE: &str = "registrations.interactive";
const NODES: usize = 3;

/// More than were in flight when the fault happened.
const ACCEPTED_AGAIN: usize = 200;

/// What "within seconds" means.
const SECONDS: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leader_of_the_queue_is_killed_another_node_takes_over_within_seconds() {
    let fault = "cluster: the leader killed";
    play(
        fault,
        |scene, leader| scene.node(leader).kill(),
        |scene, leader| scene.node(leader).start_again(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leader_of_the_queue_is_paused_another_node_takes_over_within_seconds() {
    let fault = "cluster: the leader paused";
    play(
        fault,
        |scene, leader| scene.node(leader).pause(),
        |scene, leader| scene.node(leader).resume(),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_leader_of_the_queue_is_cut_off_another_node_takes_over_within_seconds() {
    let fault = "cluster: the leader cut off";
    play(
        fault,
        |scene, leader| scene.node(leader).cut_off(),
        |scene, leader| scene.node(leader).rejoin(),
    )
    .await;
}

/// An API whose connections are there and were not used yet, as the one that stands by for another is.
#[tokio::test(flavor = "multi_thread")]
async fn connections_first_used_while_no_node_leads_are_of_use_once_one_does() {
    let fault = "cluster: no leader for a while";
    let mut scene = Scene::set().await;
    let test = async {
        let worker = Worker::start(&scene.servers).await;
        let leader = scene.is_whole().await;
        let others = || scene.cluster.nodes.iter().filter(|node| node.name() != leader);
        block_in_place(|| others().try_for_each(|node| node.suspend_queue(LANE))).unwrap();
        block_in_place(|| scene.node(&leader).kill()).unwrap();
        let load = Load::start_mixed(&scene.api.url, CLIENTS);
        load.refuses(100).await;

        let others = || scene.cluster.nodes.iter().filter(|node| node.name() != leader);
        block_in_place(|| others().try_for_each(|node| node.resume_queue(LANE))).unwrap();
        let led_again = Instant::now();
        load.accepts(ACCEPTED_AGAIN).await;
        load.recovers(&scene.oracle).await;
        let recovered_in = led_again.elapsed();
        assert!(recovered_in < SECONDS, "{recovered_in:?}");
        let answers = load.stop().await;
        let next = scene.is_led_by_another_than(&leader).await;
        let empty = queues_are_empty(scene.cluster.node(&next).unwrap());
        let tally = verdict(&scene.oracle, empty, fault, &answers, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
        drop(worker);
    };
    timeout(LIMIT, test).await.expect("the test takes too long");
}

/// An API before a cluster.
struct Scene {
    api: Api,
    servers: Servers,
    oracle: Oracle,
    _balancer: Balancer,
    cluster: Cluster,
    _database: MariaDb,
    _place: SemaphorePermit<'static>,
}

impl Drop for Scene {
    /// A test that fails says what became of the API's connections.
    fn drop(&mut self) {
        if thread::panicking() {
            let log = self.api.program.log();
            for line in log.lines().filter(|line| line.contains("publishing: ")) {
                println!("{line}");
            }
        }
    }
}

impl Scene {
    async fn set() -> Self {
        let place = PLACES.acquire_many(2).await.unwrap();
        let (database, cluster) = block_in_place(|| {
            let database = MariaDb::start(&ServerOptions::temporary()).unwrap();
            database.admin().create_database("registrar").unwrap();
            (database, Cluster::start(NODES).unwrap())
        });
        let balancer = Balancer::start(cluster.ports()).await;
        let servers = Servers {
            database_url: database.admin().database_url("registrar"),
            amqp_url: format!("amqp://guest:guest@127.0.0.1:{}/%2f", balancer.port()),
        };
        let servers = servers.migrated().await;
        let oracle = Oracle::new(&servers.database_url);
        let api = Api::start(&servers).await;
        Self {
            api,
            servers,
            oracle,
            _balancer: balancer,
            cluster,
            _database: database,
            _place: place,
        }
    }

    fn node(&mut self, name: &str) -> &mut RabbitMq {
        self.cluster.node(name).unwrap()
    }

    /// The lane's queue, as a node other than this one sees it. While that node does not know who leads
    /// it, the leader has an empty name.
    fn queue(&self, besides: &str) -> Option<Queue> {
        let mut others = self.cluster.nodes.iter().filter(|node| node.name() != besides);
        let queues = block_in_place(|| others.next()?.management().list_queues("/").ok())?;
        queues.into_iter().find(|queue| queue.name == LANE)
    }

    /// Waits until the others know that another node than this leads the queue; that one.
    async fn is_led_by_another_than(&self, former: &str) -> String {
        wait::until("another node leads", async || {
            let leader = self.queue(former)?.leader?;
            let is_another = |node: &RabbitMq| node.name() == leader && leader != former;
            self.cluster.nodes.iter().any(is_another).then_some(leader)
        })
        .await
    }

    /// Waits until every node has a copy of the queue and runs; the node that leads it.
    async fn is_whole(&self) -> String {
        wait::until("all nodes hold the queue", async || {
            let queue = self.queue("")?;
            let online = block_in_place(|| self.cluster.nodes[0].online_copies(LANE)).ok()?;
            let whole = queue.members.len() == NODES && online.len() == NODES;
            queue.leader.filter(|leader| whole && !leader.is_empty())
        })
        .await
    }
}

type Act = fn(&mut Scene, &str) -> Result<(), StackError>;

async fn play(fault: &str, inject: Act, repair: Act) {
    let mut scene = Scene::set().await;
    timeout(LIMIT, suffers(&mut scene, fault, inject, repair))
        .await
        .expect("the test takes too long");
}

async fn suffers(scene: &mut Scene, fault: &str, inject: Act, repair: Act) {
    let worker = Worker::start(&scene.servers).await;
    let load = Load::start_mixed(&scene.api.url, CLIENTS);
    load.accepts(500).await;
    let leader = scene.is_whole().await;

    let struck = Instant::now();
    block_in_place(|| inject(scene, &leader)).unwrap();
    load.accepts(ACCEPTED_AGAIN).await;
    load.recovers(&scene.oracle).await;
    let recovered_in = struck.elapsed();
    println!(
        "{fault}: no 202 for {:.1} s at most, {ACCEPTED_AGAIN} more and one of them decided after \
         {:.1} s, {} requests refused",
        load.longest_silence().as_secs_f64(),
        recovered_in.as_secs_f64(),
        load.refused(),
    );
    assert!(recovered_in < SECONDS, "{recovered_in:?}");
    let next = scene.is_led_by_another_than(&leader).await;

    block_in_place(|| repair(scene, &leader)).unwrap();
    scene.is_whole().await;
    load.accepts(500).await;
    let answers = load.stop().await;
    let empty = queues_are_empty(scene.cluster.node(&next).unwrap());
    let tally = verdict(&scene.oracle, empty, fault, &answers, recovered_in).await;
    assert_eq!(tally.on_hold, 0, "{tally}");
    drop(worker);
}
