use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::play;

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_killed_while_publishing_loses_nothing_that_it_confirmed() {
    play(async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        let load = scene.load();
        load.accepts(500).await;
        block_in_place(|| scene.pair.broker.kill()).unwrap();
        load.refuses(20).await;
        block_in_place(|| scene.pair.broker.start_again()).unwrap();
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("broker killed while publishing", load, recovered_in).await;
    })
    .await;
}
