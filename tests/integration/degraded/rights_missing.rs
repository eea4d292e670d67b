//! Users of RabbitMQ who may write and read, and not configure.

use registrar_domain::{Registration, RegistrationId};
use registrar_messaging::{Envelope, REGISTRATIONS_EXCHANGE};
use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use serde_json::Value;
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

/// As the least, without the ledger.
const NO_LEDGER: [&str; 3] = ["^$", "^registrations$", LEAST[2]];

const REGISTERED: &str =
    "registration_outcomes_total{code=\"\",lane=\"interactive\",outcome=\"registered\"}";

/// Everything to be read, and nothing to be written.
const READ_ONLY: [&str; 3] = ["^$", "^$", ".*"];

async fn registers(home: &Home, rights: [&str; 3]) {
    let (servers, _user) = block_in_place(|| home.with_rights(rights));
    let (api, worker) = (Api::start(&servers).await, Worker::start(&servers).await);
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    let is_reported = |line: &Value| {
        let message = line["message"].as_str().unwrap_or_default();
        message.contains("may not configure every exchange and queue")
    };
    worker.program.line("what it may not configure", is_reported).await;
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

/// A message of two registrations, of which the first cannot be read.
fn group() -> Envelope {
    let registration = |email: &str| {
        let student = registrar_domain::Student::parse("Ada", "Lovelace", email).unwrap();
        Registration::now(RegistrationId::generate(), student)
    };
    let registrations = ["unreadable@example.com", "ada@example.com"].map(registration);
    Envelope { registrations: registrations.into(), import: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_may_not_write_reports_it_and_keeps_what_is_to_be_split_until_it_may() {
    let home = Home::new().await;
    drop(Api::start(&home.servers).await);
    let (servers, user) = block_in_place(|| home.with_rights(READ_ONLY));
    let worker = Worker::start(&servers).await;
    let body = String::from_utf8(group().encode()).unwrap();
    let body = body.replacen("unreadable@example.com", "no address", 1);
    let broker = Broker::connect(&home.servers.amqp_url).await;
    broker.publish(REGISTRATIONS_EXCHANGE, "interactive", "several", body.as_bytes()).await;

    let says_why = |line: &Value| {
        let why = line["why"].as_str().unwrap_or_default();
        why.contains("may not write to RabbitMQ's exchange registrations")
    };
    let line = worker.program.line("what is missing", says_why).await;
    assert_eq!(line["level"], "WARN", "{line}");
    let name = "registration_messages_split_total{lane=\"interactive\"}";
    assert_eq!(worker.counted(name).await, 0);
    block_in_place(|| user.may(LEAST));
    let dead_letters = Oracle::new(&servers.database_url).dead_letters(1).await;
    assert_eq!(dead_letters[0].reason, "invalid_registration");
    worker.counts(name, 1).await;
    worker.counts(REGISTERED, 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_may_not_report_to_the_ledger_says_so_and_registers_nevertheless() {
    let home = Home::new().await;
    drop(Api::start(&home.servers).await);
    let (servers, _user) = block_in_place(|| home.with_rights(NO_LEDGER));
    let (mut api, _worker) = (Api::start(&servers).await, Worker::start(&servers).await);
    let before = api.accepted(&Student::unique()).await;
    let lost = api.program.logged("publishing: the connection to RabbitMQ is given up").await;
    let why = lost["why"].as_str().unwrap();
    assert!(why.contains("may not write to RabbitMQ's exchange registrations.ledger:"), "{why}");
    let after = api.accepted(&Student::unique()).await;
    for reference in [before, after] {
        assert_eq!(api.decided(&reference).await["status"], "registered");
    }
}
