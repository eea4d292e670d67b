use registrar_tests::proxy::Traffic;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::super::scene::play;
use super::{Importing, SOME, states};

const IN_HAND: &str = r#"registration_deliveries_in_hand{lane="bulk"}"#;
const REGISTERED: &str = r#"registration_outcomes_total{code="",lane="bulk",outcome="registered"}"#;
const UNCHANGED: &str = r#"registration_outcomes_total{code="",lane="bulk",outcome="unchanged"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn chunks_that_are_delivered_again_since_their_acks_were_lost_are_counted_once() {
    play(async |scene| {
        let (servers, proxy) = scene.through_a_proxy().await;
        let worker = Worker::start(&servers).await;
        let mut importing = Importing::new(&scene).await;
        let upload = importing.imports.begins();
        importing.imports.decides(SOME).await;
        // So that a chunk is in hand when acks do not arrive any more.
        block_in_place(|| scene.pair.database.pause()).unwrap();
        importing.imports.ends([upload]).await;
        wait::until("the worker has a chunk in hand", async || {
            (worker.counted(IN_HAND).await > 0).then_some(())
        })
        .await;
        proxy.set(Traffic::Silent);
        let before = worker.counted(REGISTERED).await;
        block_in_place(|| scene.pair.database.resume()).unwrap();
        wait::until("the chunk is stored", async || {
            (worker.counted(REGISTERED).await > before).then_some(())
        })
        .await;
        proxy.cut();
        proxy.set(Traffic::Flowing);
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        let fault = "chunks stored, but their acks lost";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["finished"]);
        assert!(worker.counted(UNCHANGED).await > 0, "rows were seen again");
    })
    .await;
}
