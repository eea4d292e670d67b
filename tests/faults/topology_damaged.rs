use std::time::{Duration, Instant};

use registrar_domain::Lane;
use registrar_messaging::{REGISTRATIONS_EXCHANGE, queue_for};
use registrar_tests::broker::Broker;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::{Scene, play};

const LANE: Lane = Lane::Interactive;

async fn remove_the_binding(scene: &Scene) {
    let broker = Broker::connect(&scene.servers.amqp_url).await;
    broker.unbind(queue_for(LANE), REGISTRATIONS_EXCHANGE, LANE.as_str()).await;
}

/// How long it takes until a student is registered, which needs the work queue and its binding.
async fn registers_again(scene: &Scene) -> Duration {
    let (began, before) = (Instant::now(), scene.oracle.students().await);
    wait::until("students are registered again", async || {
        (scene.oracle.students().await > before).then_some(())
    })
    .await;
    began.elapsed()
}

async fn all_on_hold_are_unrouted(scene: &Scene, count: usize) {
    assert!(count > 0, "what came meanwhile is on hold");
    let dead_letters = scene.oracle.dead_letters(count).await;
    assert!(dead_letters.iter().all(|one| one.reason == "unrouted"), "{dead_letters:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_binding_removed_under_load_puts_unroutable_messages_on_hold() {
    play(async |scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        remove_the_binding(&scene).await;
        load.accepts(300).await;
        scene.oracle.all_decided(&load.accepted_so_far()).await;
        // A process that starts declares what is missing.
        let _another = Worker::start(&scene.servers).await;
        let recovered_in = registers_again(&scene).await;
        load.accepts(300).await;
        assert_eq!(load.refused(), 0, "no client noticed");
        let answers = load.stop().await;
        let tally = scene.verdict_on("binding removed", answers, recovered_in).await;
        all_on_hold_are_unrouted(&scene, tally.on_hold).await;
    })
    .await;
}

/// What is in a queue is deleted with it, so the binding is deleted first and the workers
/// empty the queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_work_queue_deleted_under_load_is_declared_again_by_its_consumer() {
    play(async |scene| {
        let worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(300).await;
        remove_the_binding(&scene).await;
        load.accepts(300).await;
        scene.oracle.all_decided(&load.accepted_so_far()).await;
        let management = scene.pair.broker.management();
        block_in_place(|| management.delete_queue("/", queue_for(LANE))).unwrap();
        let recovered_in = registers_again(&scene).await;
        worker.ready().await;
        load.accepts(300).await;
        assert_eq!(load.refused(), 0, "no client noticed");
        let answers = load.stop().await;
        let tally = scene.verdict_on("work queue deleted", answers, recovered_in).await;
        all_on_hold_are_unrouted(&scene, tally.on_hold).await;
    })
    .await;
}
