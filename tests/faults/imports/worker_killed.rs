use registrar_tests::worker::Worker;

use super::super::scene::play;
use super::super::worker_killed::worker_that_dies;
use super::{Importing, states};

/// Between what is written of a chunk.
const MOMENTS: [&str; 4] = ["after_rows", "before_count", "after_count", "after_record"];
const UNCHANGED: &str = r#"registration_outcomes_total{code="",lane="bulk",outcome="unchanged"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn workers_killed_at_every_moment_of_a_chunk_count_its_rows_once() {
    play(async |scene| {
        let worker = Worker::start(&scene.servers).await;
        let mut importing = Importing::new(&scene).await;
        drop(worker);
        let upload = importing.imports.begins();
        for moment in MOMENTS {
            worker_that_dies(&scene, moment).await;
        }
        let worker = Worker::begin(&scene.servers, &[]).await;
        let recovered_in = importing.load.recovers(&scene.oracle).await;
        importing.imports.ends([upload]).await;
        let fault = "workers killed at four moments of an import";
        let imports = importing.verdict(&scene, fault, recovered_in).await;
        assert_eq!(states(&imports), ["finished"]);
        assert!(worker.counted(UNCHANGED).await > 0, "rows were seen again");
    })
    .await;
}
