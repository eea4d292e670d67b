use registrar_local::{MariaDb, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, paused};

/// So that an attempt to connect ends soon.
const SETTINGS: [(&str, &str); 1] = [("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "500ms")];

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_mysql_waits_says_so_and_registers_everything_when_it_is_back() {
    let home = Home::new().await;
    let mut database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    block_in_place(|| database.stop().unwrap());

    let api = Api::start_with(&servers, &SETTINGS).await;
    let worker = Worker::begin(&servers, &SETTINGS).await;
    worker.waits_for("MySQL cannot store registrations now; they wait in RabbitMQ").await;
    assert_eq!(paused(&worker).await, 4);
    let mut references = Vec::new();
    for _ in 0..20 {
        references.push(api.accepted(&Student::unique()).await);
    }
    assert_eq!(api.readiness().await, (StatusCode::OK, "degraded".to_owned()));

    block_in_place(|| database.start_again().unwrap());
    for reference in &references {
        assert_eq!(api.decided(reference).await["status"], "registered");
    }
    worker.ready().await;
    assert_eq!(paused(&worker).await, 0);
    assert_eq!(worker.counted("registration_redeliveries_total").await, 0, "none was taken early");
    assert_eq!(Oracle::new(&servers.database_url).students().await, references.len());
}
