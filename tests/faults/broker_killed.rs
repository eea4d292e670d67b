use registrar_tests::load::Load;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::{CROWD, ONE_CONNECTION, play_with};

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_while_publishing_loses_nothing_that_it_confirmed() {
    play_with(&[ONE_CONNECTION], async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = Load::start_mixed(&scene.api.url, CROWD);
        load.accepts(500).await;
        scene.has_received_groups(&load).await;
        block_in_place(|| scene.pair.broker.kill()).unwrap();
        load.refuses(20).await;
        block_in_place(|| scene.pair.broker.start_again()).unwrap();
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("broker killed while publishing", load, recovered_in).await;
    })
    .await;
}
