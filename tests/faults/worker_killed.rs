use std::os::unix::process::ExitStatusExt as _;

use registrar_tests::worker::Worker;

use super::scene::{Scene, play};

const SIGKILL: i32 = 9;

/// One writer, since what another has sent to MySQL may be stored after the worker has died.
const SETTINGS: [(&str, &str); 2] =
    [("REGISTRAR_BATCH_LINGER", "500ms"), ("REGISTRAR_INTERACTIVE_WRITERS", "1")];

/// Lets a worker kill itself at this moment of its first batch, which is a large one.
pub(super) async fn worker_that_dies(scene: &Scene, moment: &str) {
    let settings = [SETTINGS.as_slice(), &[("TEST_DIE", moment)]].concat();
    let mut worker = Worker::launch(&scene.servers, &settings);
    assert_eq!(worker.ended().await.signal(), Some(SIGKILL), "{}", worker.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_before_the_commit_leaves_its_batch_to_the_next() {
    play(async |scene| {
        let load = scene.load();
        load.accepts(500).await;
        worker_that_dies(&scene, "before_commit").await;
        assert_eq!(scene.oracle.students().await, 0, "it died before the commit");
        let worker = Worker::begin(&scene.servers, &[]).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("worker killed before the commit", load, recovered_in).await;
        assert!(worker.counted("registration_redeliveries_total").await > 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_between_the_commit_and_the_ack_has_its_batch_counted_once() {
    play(async |scene| {
        let load = scene.load();
        load.accepts(500).await;
        worker_that_dies(&scene, "after_commit").await;
        let committed = scene.oracle.students().await;
        assert!(committed > 0, "it died after the commit");
        let worker = Worker::begin(&scene.servers, &[]).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("worker killed after the commit, before the ack", load, recovered_in).await;
        let unchanged =
            r#"registration_outcomes_total{code="",lane="interactive",outcome="unchanged"}"#;
        assert_eq!(worker.counted(unchanged).await, committed, "each was seen again");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_between_the_ledger_and_the_ack_has_its_batch_counted_once() {
    play(async |scene| {
        let load = scene.load();
        load.accepts(500).await;
        worker_that_dies(&scene, "after_record").await;
        assert!(scene.oracle.students().await > 0, "it died after the commit");
        let _worker = Worker::begin(&scene.servers, &[]).await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("worker killed after the ledger, before the ack", load, recovered_in).await;
    })
    .await;
}
