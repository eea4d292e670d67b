use registrar_tests::load::Load;
use registrar_tests::other_session::OtherSession;
use registrar_tests::servers::Servers;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;

use super::scene::{Scene, play};

const TABLES: [&str; 10] = [
    "students",
    "rejections",
    "dead_letters",
    "lane_pauses",
    "_sqlx_migrations",
    "ledger",
    "imports",
    "import_chunks",
    "import_errors",
    "import_cancellations",
];
const WITHOUT_IT: usize = 500;

/// The same servers, for a user whose right to a single table can be taken away.
async fn with_rights_by_table(scene: &Scene, admin: &mut OtherSession) -> Servers {
    admin.sql("CREATE USER 'worker'@'%' IDENTIFIED BY 'secret'").await;
    for table in TABLES {
        let rights = "SELECT, INSERT, UPDATE, DELETE";
        admin.sql(&format!("GRANT {rights} ON registrar.{table} TO 'worker'@'%'")).await;
    }
    let (scheme, rest) = scene.servers.database_url.split_once("://").unwrap();
    let (_, place) = rest.rsplit_once('@').unwrap();
    let database_url = format!("{scheme}://worker:secret@{place}");
    Servers { database_url, ..scene.servers.clone() }
}

async fn goes_on_without_it(scene: &Scene, load: &Load, worker: &Worker) {
    wait::until("the worker says that it goes on without the ledger", async || {
        let (status, reasons) = worker.readiness().await;
        let says = reasons.iter().any(|one| one.starts_with("ledger: It cannot be written"));
        says.then(|| assert_eq!(status, StatusCode::OK, "{reasons:?}"))
    })
    .await;
    let before = scene.oracle.students().await;
    load.accepts(WITHOUT_IT).await;
    wait::until("students are registered without it", async || {
        (scene.oracle.students().await >= before + WITHOUT_IT / 2).then_some(())
    })
    .await;
    assert_eq!(worker.counted("registration_worker_paused").await, 0);
}

async fn is_written_again(worker: &Worker) {
    wait::until("the ledger is written again", async || {
        worker.readiness().await.1.is_empty().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_cannot_be_written_stops_no_lane_and_is_complete_afterwards() {
    play(async |scene| {
        let mut admin = OtherSession::connect(&scene.servers.database_url).await;
        let servers = with_rights_by_table(&scene, &mut admin).await;
        let worker = Worker::start(&servers).await;
        let load = scene.load();
        load.accepts(300).await;

        admin.sql("LOCK TABLES ledger WRITE").await;
        goes_on_without_it(&scene, &load, &worker).await;
        admin.sql("UNLOCK TABLES").await;
        is_written_again(&worker).await;

        admin.sql("REVOKE INSERT ON registrar.ledger FROM 'worker'@'%'").await;
        goes_on_without_it(&scene, &load, &worker).await;
        admin.sql("GRANT INSERT ON registrar.ledger TO 'worker'@'%'").await;
        is_written_again(&worker).await;

        admin.sql("RENAME TABLE ledger TO elsewhere").await;
        goes_on_without_it(&scene, &load, &worker).await;
        let another = Worker::start(&servers).await;
        goes_on_without_it(&scene, &load, &another).await;
        admin.sql("RENAME TABLE elsewhere TO ledger").await;
        is_written_again(&worker).await;
        is_written_again(&another).await;

        let recovered_in = load.recovers(&scene.oracle).await;
        scene.verdict("ledger locked, without a right, missing", load, recovered_in).await;
        for worker in [&worker, &another] {
            let reported = worker.program.log_lines().into_iter().filter(|line| {
                line["message"].as_str().is_some_and(|text| text.starts_with("the ledger: "))
            });
            assert!((1..=3).contains(&reported.count()), "once for each outage");
        }
    })
    .await;
}
