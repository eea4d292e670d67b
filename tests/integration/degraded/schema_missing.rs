use registrar_tests::api::Api;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use registrar_tests::{command, wait};
use serde_json::Value;

use super::Home;

const WHAT_TO_DO: &str = "The tables of this version are not there: run `registrar migrate`.";
/// More than one round of all queues.
const PROBES: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_tables_says_once_to_migrate_and_goes_on_after_it() {
    let home = Home::without_tables().await;
    let (api, worker) = (Api::start(&home.servers).await, Worker::begin(&home.servers, &[]).await);
    worker.waits_for(WHAT_TO_DO).await;
    let reference = api.accepted(&Student::unique()).await;
    wait::until("it has looked again and again", async || {
        (worker.counted("db_pool_acquire_seconds_count").await >= PROBES).then_some(())
    })
    .await;
    for queue in ["registrations.interactive", "registrations.bulk"] {
        let says_what_to_do = |line: &Value| {
            line["queue"] == queue && line["message"].as_str().unwrap().contains(WHAT_TO_DO)
        };
        let error = worker.program.line(queue, says_what_to_do).await;
        assert_eq!(error["level"], "ERROR");
        let lines = worker.program.log_lines();
        assert_eq!(lines.iter().filter(|line| says_what_to_do(line)).count(), 1, "{lines:?}");
    }

    let settings = [("DATABASE_URL", home.servers.database_url.as_str())];
    let migrated = command::run("registrar-under-test", &["migrate"], &settings).await;
    assert_eq!(migrated.code, Some(0), "{migrated:?}");
    worker.ready().await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}
