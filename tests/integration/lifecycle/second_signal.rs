use registrar_local::{MariaDb, RabbitMq, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::{Home, ask_to_stop};

/// 128 + SIGTERM.
const ENDED_BY_SIGTERM: i32 = 143;
/// 128 + SIGINT.
const ENDED_BY_SIGINT: i32 = 130;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_a_worker_that_waits_for_mysql_at_once() {
    let home = Home::new().await;
    let database = block_in_place(|| MariaDb::start(&ServerOptions::temporary()).unwrap());
    block_in_place(|| database.admin().create_database("registrar").unwrap());
    let database_url = database.admin().database_url("registrar");
    let servers = Servers { database_url, ..home.servers.clone() }.migrated().await;
    let api = Api::start(&servers).await;
    let long_timeouts = [
        ("REGISTRAR_DATABASE_STATEMENT_TIMEOUT", "1h"),
        ("REGISTRAR_DATABASE_CONNECT_TIMEOUT", "1h"),
        ("REGISTRAR_SHUTDOWN_TIMEOUT", "1h"),
    ];
    let mut worker = Worker::start_with(&servers, &long_timeouts).await;
    block_in_place(|| database.pause()).unwrap();
    let reference = api.accepted(&Student::unique()).await;
    wait::until("the worker has it in hand", async || {
        (worker.counted("registration_deliveries_in_hand").await == 1).then_some(())
    })
    .await;
    ask_to_stop(&mut worker.program).await;
    worker.program.terminate();
    assert_eq!(worker.program.ended().await.code(), Some(ENDED_BY_SIGTERM));

    block_in_place(|| database.resume()).unwrap();
    let _next = Worker::start(&servers).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_an_api_that_waits_for_rabbitmq_at_once() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let long_timeouts =
        [("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "1h"), ("REGISTRAR_REQUEST_TIMEOUT", "1h")];
    let mut api = Api::start_with(&servers, &long_timeouts).await;
    block_in_place(|| broker.pause()).unwrap();
    let request = tokio::spawn(api.register(&Student::unique()).send());
    wait::until("its confirm is outstanding", async || {
        api.metrics().await.contains("registration_publish_window_in_use 1").then_some(())
    })
    .await;
    ask_to_stop(&mut api.program).await;
    api.program.interrupt();
    assert_eq!(api.program.ended().await.code(), Some(ENDED_BY_SIGINT));
    assert!(request.await.unwrap().is_err(), "nothing was promised");
}
