use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, paused};

const QUEUE: &str = "registrations.interactive";
const SENTENCE: &str = "RabbitMQ has the queue `registrations.interactive` with other settings than this version needs";

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_of_another_kind_is_named_with_what_to_do_and_once_deleted_all_go_on() {
    let home = Home::new().await;
    Broker::connect(&home.servers.amqp_url).await.declare_classic(QUEUE).await;
    let mut api = Api::begin(&home.servers, &[]).await;
    let worker = Worker::begin(&home.servers, &[]).await;
    worker.waits_for(SENTENCE).await;
    assert_eq!(paused(&worker).await, 4);
    let (_, reasons) = worker.readiness().await;
    assert!(reasons[0].contains("let the workers empty it, delete it"), "{}", reasons[0]);
    let told = api.program.logged("publishing: no connection to RabbitMQ").await;
    assert!(told["error"].as_str().unwrap().starts_with(SENTENCE), "{told}");
    assert_eq!(api.readiness().await, (StatusCode::SERVICE_UNAVAILABLE, "rabbitmq".to_owned()));

    block_in_place(|| home.delete_queue(QUEUE));
    api.ready().await;
    worker.ready().await;
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}
