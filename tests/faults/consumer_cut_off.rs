use std::time::Duration;

use registrar_domain::Lane;
use registrar_messaging::queue_for;
use registrar_tests::proxy::Traffic;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::{Scene, play};

const SETTINGS: [(&str, &str); 2] =
    [("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "1"), ("REGISTRAR_AMQP_CONNECT_TIMEOUT", "1s")];
/// Twice the heartbeat's seconds, an answer that is waited for, and as much again for a busy
/// machine.
const FOUND_OUT_IN: Duration = Duration::from_secs(6);

const PAUSED: &str = r#"registration_worker_paused{lane="interactive"}"#;
const UNCHANGED: &str =
    r#"registration_outcomes_total{code="",lane="interactive",outcome="unchanged"}"#;

/// Waits until the broker has the connection on which the worker consumes, or has closed it and
/// requeued the deliveries on it.
async fn broker_has_consumer(scene: &Scene, expected: bool) {
    let management = scene.pair.broker.management();
    let purpose = format!("consume {}", queue_for(Lane::Interactive));
    let what = if expected { "has a consumer" } else { "knows that its consumer is cut off" };
    wait::until(format!("the broker {what}"), async || {
        let connections = block_in_place(|| management.list_connections("/")).ok()?;
        let has_it = connections.iter().any(|it| it.user_provided_name.ends_with(&purpose));
        (has_it == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cut_of_the_consumer_settles_nothing_that_was_not_stored() {
    play(async |scene| {
        let (servers, proxy) = scene.through_a_proxy().await;
        let worker = Worker::start_with(&servers, &SETTINGS).await;
        let load = scene.load();
        let mut recovered_in = Duration::ZERO;
        broker_has_consumer(&scene, true).await;
        // That it knows is looked for while there was one connection only: what the management API
        // says may be from the time between two.
        for broker_knows in [true, false] {
            load.accepts(300).await;
            // So that a batch is in hand when packets are dropped, and acked meanwhile. One that was
            // stored before the pause is acked by the time that more is accepted.
            block_in_place(|| scene.pair.database.pause()).unwrap();
            load.accepts(50).await;
            wait::until("the worker has deliveries in hand", async || {
                (worker.counted("registration_deliveries_in_hand").await > 0).then_some(())
            })
            .await;
            proxy.set(Traffic::Silent);
            block_in_place(|| scene.pair.database.resume()).unwrap();
            wait::until_within(FOUND_OUT_IN, "the worker knows that it is cut off", async || {
                (worker.counted(PAUSED).await == 1).then_some(())
            })
            .await;
            if broker_knows {
                broker_has_consumer(&scene, false).await;
            }
            load.accepts(100).await;
            // What it had acked arrives now, on the connection of then: too late when the broker
            // has given that up.
            proxy.set(Traffic::Flowing);
            recovered_in = recovered_in.max(load.recovers(&scene.oracle).await);
        }
        load.accepts(300).await;
        scene.verdict("silent cut of the consumer, twice", load, recovered_in).await;
        assert!(worker.counted(UNCHANGED).await > 0, "what it had stored came again");
    })
    .await;
}
