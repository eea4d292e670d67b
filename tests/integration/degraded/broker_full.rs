use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::{Api, json};
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::Home;

/// The node's memory in use is always above the first and below the second.
const STARVED: f64 = 0.00001;
const FED: f64 = 0.4;

const BLOCKED: &str = "publishing: RabbitMQ blocks publishers";

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_low_on_memory_is_a_503_in_time_while_the_worker_drains_it() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let api = Api::start_with(&servers, &[("REGISTRAR_PUBLISH_CONNECTIONS", "1")]).await;
    let mut references = Vec::new();
    for _ in 0..20 {
        references.push(api.accepted(&Student::unique()).await);
    }
    block_in_place(|| broker.set_memory_watermark(STARVED)).unwrap();

    // RabbitMQ 3 sends connection.blocked only to a connection that has published something.
    wait::until("the API knows that it is blocked", async || {
        let first = refused_in_time(&api).await;
        assert!(
            ["/docs#outcome-unknown", "/docs#cannot-accept-now"].contains(&first.as_str()),
            "{first}"
        );
        api.program.log().contains(BLOCKED).then_some(())
    })
    .await;
    for _ in 0..5 {
        assert_eq!(refused_in_time(&api).await, "/docs#cannot-accept-now");
    }
    let not_ready = (StatusCode::SERVICE_UNAVAILABLE, "rabbitmq".to_owned());
    assert_eq!(api.readiness().await, not_ready);
    let worker = Worker::start(&servers).await;
    for reference in &references {
        assert_eq!(api.decided(reference).await["status"], "registered");
    }
    assert_eq!(worker.counted("registration_worker_paused").await, 0);
    assert_eq!(api.readiness().await, not_ready, "it was drained while it was blocked");

    block_in_place(|| broker.set_memory_watermark(FED)).unwrap();
    api.ready().await;
    let reference = api.accepted(&Student::unique()).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}

/// What takes longer than a request may is a 504.
async fn refused_in_time(api: &Api) -> String {
    let refused = api.register(&Student::unique()).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key("retry-after"));
    json(refused).await["type"].as_str().unwrap().to_owned()
}
