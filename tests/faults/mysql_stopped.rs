use std::time::Duration;

use registrar_tests::worker::Worker;
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::scene::play;

/// The fault is a length of time, so this is one.
const OUTAGE: Duration = Duration::from_mins(1);

/// Well within the outage, so that batches in hand are retried, requeued, and delivered again.
const SETTINGS: [(&str, &str); 2] =
    [("REGISTRAR_REQUEUE_AFTER", "15s"), ("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "2s")];

#[tokio::test(flavor = "multi_thread")]
async fn mysql_stopped_for_a_minute_stops_no_student() {
    play(async |mut scene| {
        let worker = Worker::start_with(&scene.servers, &SETTINGS).await;
        let load = scene.load();
        load.accepts(500).await;
        block_in_place(|| scene.pair.database.stop()).unwrap();
        let before = load.accepted();
        sleep(OUTAGE).await;
        assert!(load.accepted() > before + 500, "the API accepts meanwhile");
        assert_eq!(load.refused(), 0, "and refuses no request");
        let paused = r#"registration_worker_paused{lane="interactive"}"#;
        assert_eq!(worker.counted(paused).await, 1, "nothing is consumed meanwhile");
        block_in_place(|| scene.pair.database.start_again()).unwrap();
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("MySQL stopped for a minute", load, recovered_in).await;
    })
    .await;
}
