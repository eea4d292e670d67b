use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::play_with;

const SETTINGS: [(&str, &str); 3] = [
    ("REGISTRAR_PUBLISH_QUEUE_TIMEOUT", "500ms"),
    ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "1s"),
    ("REGISTRAR_AMQP_CONNECT_TIMEOUT", "2s"),
];
/// The two timeouts of publishing, and the rest for a busy machine: less than the five seconds that a
/// confirm is waited for unless set otherwise.
const ANSWER_IN: Duration = Duration::from_millis(4_500);
/// What a stop may wait for: confirms, the close of the connection, and the rest for a busy machine. Less
/// than the 20 seconds after which a worker gives up, and the 25 of an API.
const STOP_IN: Duration = Duration::from_secs(15);

/// The node's memory in use is always above the first and below the second.
const STARVED: f64 = 0.00001;
const FED: f64 = 0.4;
/// More than any disk has free.
const PETABYTE: u64 = 1_000_000_000_000_000;

fn refused_in_time(load: &Load) {
    let slowest = load.slowest_answer();
    assert!(slowest < ANSWER_IN, "every request is answered in time: {slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn during_a_memory_alarm_under_load_the_api_refuses_in_time_workers_drain_and_all_stop() {
    play_with(&SETTINGS, async |mut scene| {
        let load = scene.load();
        load.accepts(500).await;
        block_in_place(|| scene.pair.broker.set_memory_watermark(STARVED)).unwrap();
        load.refuses(50).await;
        let mut worker = Worker::start(&scene.servers).await;
        scene.queues_are_empty().await;
        refused_in_time(&load);
        let accepted = load.accepted();
        assert!(worker.program.stop(STOP_IN), "{}", worker.program.log());
        assert!(scene.api.program.stop(STOP_IN), "{}", scene.api.program.log());
        assert_eq!(load.accepted(), accepted, "all of this happened while it was blocked");

        block_in_place(|| scene.pair.broker.set_memory_watermark(FED)).unwrap();
        let address = scene.api.url.trim_start_matches("http://").to_owned();
        let settings = [SETTINGS.as_slice(), &[("REGISTRAR_API_ADDRESS", &*address)]].concat();
        scene.api = Api::start_with(&scene.servers, &settings).await;
        let _worker = Worker::start(&scene.servers).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("memory alarm, and a stop of all that run", load, recovered_in).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_restarted_while_a_disk_alarm_blocks_it_loses_nothing() {
    play_with(&SETTINGS, async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(500).await;
        block_in_place(|| scene.pair.broker.set_disk_free_limit(PETABYTE)).unwrap();
        load.refuses(50).await;
        refused_in_time(&load);
        // It comes back with the limit of its configuration.
        block_in_place(|| scene.pair.broker.restart()).unwrap();
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("disk alarm, then a restart while blocked", load, recovered_in).await;
    })
    .await;
}
