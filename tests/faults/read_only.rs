use registrar_tests::servers::Servers;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::scene::{Scene, play};

/// The administrator may write in spite of it.
const USER: &str = "CREATE USER registrar@'%' IDENTIFIED BY 'secret'; \
     GRANT SELECT, INSERT, UPDATE, DELETE ON registrar.* TO registrar@'%'";

/// So short that batches are requeued as well.
const SETTINGS: [(&str, &str); 1] = [("REGISTRAR_REQUEUE_AFTER", "3s")];

const READ_ONLY: &str = r#"db_errors_total{class="transient",code="1290"}"#;
const PAUSED: &str = r#"registration_worker_paused{lane="interactive"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_primary_that_becomes_read_only_for_a_while_stops_no_student() {
    play(async |scene| {
        let worker = Worker::start_with(&as_ordinary_user(&scene), &SETTINGS).await;
        let load = scene.load();
        load.accepts(500).await;
        scene.oracle.sql("SET GLOBAL read_only = 1").await;
        wait::until("the worker has met it and waits", async || {
            let met = worker.counted(READ_ONLY).await >= 3;
            (met && worker.counted(PAUSED).await == 1).then_some(())
        })
        .await;
        let (settled, refused) = (scene.oracle.students().await, load.refused());
        load.accepts(500).await;
        assert_eq!(scene.oracle.students().await, settled, "nothing can be stored");
        assert_eq!(load.refused(), refused, "and no request is refused");
        scene.oracle.sql("SET GLOBAL read_only = 0").await;
        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("MySQL read-only, as in a failover", load, recovered_in).await;
    })
    .await;
}

fn as_ordinary_user(scene: &Scene) -> Servers {
    block_in_place(|| scene.pair.database.admin().execute(USER)).unwrap();
    let database_url = scene.servers.database_url.replace("root@", "registrar:secret@");
    Servers { database_url, ..scene.servers.clone() }
}
