use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use registrar_tests::{command, wait};
use reqwest::StatusCode;
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

/// A delivery limit cannot be added as an argument to an existing queue.
#[tokio::test(flavor = "multi_thread")]
async fn a_last_resort_of_an_earlier_version_is_used_and_reported_and_once_deleted_has_its_limit() {
    let home = Home::new().await;
    let broker = Broker::connect(&home.servers.amqp_url).await;
    broker.declare_quorum(OF_AN_EARLIER_VERSION).await;
    let (api, worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let reported: Vec<_> = worker
        .program
        .log_lines()
        .into_iter()
        .filter(|line| line["message"].as_str().unwrap().contains("as an earlier version declared"))
        .collect();
    assert_eq!(reported.len(), 1, "{reported:?}");
    assert_eq!(reported[0]["queue"], OF_AN_EARLIER_VERSION);
    assert!(
        reported[0]["message"].as_str().unwrap().contains("rabbitmqctl delete_queue"),
        "{reported:?}"
    );
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
