use std::time::Duration;

use registrar_tests::proxy::Traffic;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::play;

const SETTINGS: [(&str, &str); 2] =
    [("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "1"), ("REGISTRAR_AMQP_CONNECT_TIMEOUT", "1s")];
/// Twice the heartbeat's seconds, an answer that is waited for, and as much again for a busy
/// machine.
const FOUND_OUT_IN: Duration = Duration::from_secs(6);

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cut_to_the_consumer_settles_nothing_that_it_did_not_store() {
    play(async |scene| {
        let (servers, way) = scene.by_another_way().await;
        let worker = Worker::start_with(&servers, &SETTINGS).await;
        let load = scene.load();
        load.accepts(500).await;
        // So that a batch is in hand when the way falls silent, and acked when it is.
        block_in_place(|| scene.pair.database.pause()).unwrap();
        wait::until("the worker has deliveries in hand", async || {
            (worker.counted("registration_deliveries_in_hand").await > 0).then_some(())
        })
        .await;
        way.set(Traffic::Silent);
        block_in_place(|| scene.pair.database.resume()).unwrap();
        let paused = r#"registration_worker_paused{lane="interactive"}"#;
        wait::until_within(FOUND_OUT_IN, "the worker knows that it is cut off", async || {
            (worker.counted(paused).await == 1).then_some(())
        })
        .await;
        load.accepts(100).await;
        // What it had acked arrives now, on the connection of then.
        way.set(Traffic::Flowing);
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("silent cut to the consumer", load, recovered_in).await;
        let unchanged =
            r#"registration_outcomes_total{code="",lane="interactive",outcome="unchanged"}"#;
        assert!(worker.counted(unchanged).await > 0, "what it had stored came again");
    })
    .await;
}
