use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use registrar_tests::{command, wait};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::task::block_in_place;

use super::{Home, paused};

const QUEUE: &str = "registrations.interactive";
const SENTENCE: &str = "RabbitMQ has the queue `registrations.interactive` with other settings than this version needs";

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_another_type_is_reported_with_what_to_do_and_once_deleted_all_go_on() {
    let home = Home::new().await;
    Broker::connect(&home.servers.amqp_url).await.declare_classic(QUEUE).await;
    let mut api = Api::begin(&home.servers, &[]).await;
    let worker = Worker::begin(&home.servers, &[]).await;
    worker.waits_for(SENTENCE).await;
    assert_eq!(paused(&worker).await, 4);
    let (_, reasons) = worker.readiness().await;
    assert!(reasons[0].contains("let the workers empty it, delete it"), "{}", reasons[0]);
    let reported = api.program.logged("publishing: no connection to RabbitMQ").await;
    assert!(reported["error"].as_str().unwrap().starts_with(SENTENCE), "{reported}");
    assert_eq!(api.readiness().await, (StatusCode::SERVICE_UNAVAILABLE, "rabbitmq".to_owned()));

    block_in_place(|| home.delete_queue(QUEUE));
    api.ready().await;
    worker.ready().await;
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}

const OF_AN_EARLIER_VERSION: &str = "registrations.unrouted";

fn message(line: &Value) -> &str {
    line["message"].as_str().unwrap_or_default()
}

/// A delivery limit cannot be added as an argument to an existing queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_last_resort_of_an_earlier_version_is_used_and_reported_and_once_deleted_has_its_limit() {
    let home = Home::new().await;
    let broker = Broker::connect(&home.servers.amqp_url).await;
    broker.declare_quorum(OF_AN_EARLIER_VERSION).await;
    let (api, worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let is_reported = |line: &Value| message(line).contains("as an earlier version declared");
    let reported = worker.program.line("the queue", is_reported).await;
    assert_eq!(reported["queue"], OF_AN_EARLIER_VERSION);
    assert!(message(&reported).contains("rabbitmqctl delete_queue"), "{reported}");
    let lines = worker.program.log_lines();
    assert_eq!(lines.iter().filter(|line| is_reported(line)).count(), 1, "{lines:?}");
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");

    block_in_place(|| home.delete_policy("last-resort-queues"));
    let management = home.management_url();
    let settings = [
        ("AMQP_URL", home.servers.amqp_url.as_str()),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", &management),
    ];
    let doctor = async || command::run("registrar-under-test", &["doctor"], &settings).await.stdout;
    let unlimited = format!("Queue {OF_AN_EARLIER_VERSION}: no policy sets delivery-limit");
    wait::until("the doctor sees it", async || doctor().await.contains(&unlimited).then_some(()))
        .await;
    block_in_place(|| home.delete_queue(OF_AN_EARLIER_VERSION));
    wait::until("it is declared anew, with its limit", async || {
        let is_there = block_in_place(|| home.queues()).contains(&OF_AN_EARLIER_VERSION.to_owned());
        (is_there && doctor().await.contains("Every queue has its limits.")).then_some(())
    })
    .await;
}
