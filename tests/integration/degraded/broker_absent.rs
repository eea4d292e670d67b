use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, paused};

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_the_worker_waits_and_all_go_on_by_themselves_also_a_second_time() {
    let home = Home::new().await;
    let mut broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let amqp_url = broker.management().url();
    let place = amqp_url.rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let servers = Servers { amqp_url, ..home.servers.clone() };
    block_in_place(|| broker.kill().unwrap());

    let (api, worker) = (Api::begin(&servers, &[]).await, Worker::begin(&servers, &[]).await);
    for _ in 0..2 {
        worker.waits_for(&format!("RabbitMQ cannot be reached at {place}")).await;
        assert_eq!(paused(&worker).await, 4);
        wait::until("the API is not ready", async || {
            let missing = (StatusCode::SERVICE_UNAVAILABLE, "rabbitmq".to_owned());
            (api.readiness().await == missing).then_some(())
        })
        .await;
        let refused = api.register(&Student::unique()).send().await.unwrap();
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));

        block_in_place(|| broker.start_again().unwrap());
        api.ready().await;
        worker.ready().await;
        assert_eq!(paused(&worker).await, 0);
        let reference = api.accepted(&Student::unique()).await;
        assert_eq!(api.decided(&reference).await["status"], "registered");
        block_in_place(|| broker.kill().unwrap());
    }
}
