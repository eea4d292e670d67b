//! Users of RabbitMQ who may write and read, and not configure.

use registrar_tests::api::Api;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use tokio::task::block_in_place;

use super::Home;

/// Nothing to be configured; every exchange and queue to be written and read.
const NO_CONFIGURE: [&str; 3] = ["^$", ".*", ".*"];
/// Only what is used: nothing may be bound either.
const LEAST: [&str; 3] = [
    "^$",
    r"^registrations(\.ledger)?$",
    r"^registrations\.(interactive|bulk|dead-letter|unrouted|ledger)$",
];

async fn registers(home: &Home, rights: [&str; 3]) {
    let (servers, _user) = block_in_place(|| home.with_rights(rights));
    let (api, worker) = (Api::start(&servers).await, Worker::start(&servers).await);
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    worker
        .program
        .log_lines()
        .iter()
        .find(|line| {
            let message = line["message"].as_str().unwrap_or_default();
            message.contains("may not configure every exchange and queue")
        })
        .expect("it is reported");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_configure_uses_what_is_there() {
    let home = Home::new().await;
    // A user who may has declared everything.
    drop(Api::start(&home.servers).await);
    registers(&home, NO_CONFIGURE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rights_to_write_and_read_what_is_used_are_enough() {
    let home = Home::new().await;
    drop(Api::start(&home.servers).await);
    registers(&home, LEAST).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_may_not_declare_reports_what_is_missing_and_goes_on_once_it_is_declared() {
    let home = Home::new().await;
    let (servers, _user) = block_in_place(|| home.with_rights(NO_CONFIGURE));
    let worker = Worker::begin(&servers, &[]).await;
    worker.waits_for("RabbitMQ lacks something that this version needs (NOT_FOUND").await;
    drop(Api::start(&home.servers).await);
    worker.ready().await;
}
