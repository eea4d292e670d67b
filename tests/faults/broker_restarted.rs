use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::play;

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_restarted_while_idle_is_used_again_by_every_process() {
    play(async |mut scene| {
        let _worker = Worker::start(&scene.servers).await;
        block_in_place(|| scene.pair.broker.restart()).unwrap();
        let load = scene.load();
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        scene.verdict("broker restarted while idle", load, recovered_in).await;
    })
    .await;
}
