use std::time::Duration;

use futures_util::future::join_all;
use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::Api;
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, ask_to_stop};

/// The first are sent at once. The others gather, since the broker is frozen, and are sent when their
/// time in the queue is over.
const REQUESTS: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_is_stopped_answers_every_request_that_it_has_read() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let settings = [
        ("REGISTRAR_PUBLISH_CONFIRM_TIMEOUT", "1m"),
        ("REGISTRAR_REQUEST_TIMEOUT", "1m"),
        ("REGISTRAR_AMQP_HEARTBEAT_SECONDS", "60"),
    ];
    let mut api = Api::start_with(&servers, &settings).await;
    // Frozen, so that all requests are under way when the stop comes.
    block_in_place(|| broker.pause()).unwrap();
    let requests = (0..REQUESTS).map(|_| api.register(&Student::unique()).send());
    let answers = tokio::spawn(join_all(requests.collect::<Vec<_>>()));
    wait::until("all confirms are outstanding", async || {
        let in_use = format!("registration_publish_window_in_use {REQUESTS}");
        api.metrics().await.contains(&in_use).then_some(())
    })
    .await;

    ask_to_stop(&mut api.program).await;
    wait::until("it takes no new connections", async || {
        let refused = api.client.get(format!("{}/livez", api.url)).timeout(Duration::from_secs(5));
        refused.send().await.is_err_and(|error| error.is_connect()).then_some(())
    })
    .await;
    block_in_place(|| broker.resume()).unwrap();
    for answer in answers.await.unwrap() {
        assert_eq!(answer.unwrap().status(), StatusCode::ACCEPTED);
    }
    assert!(api.program.ended().await.success(), "{}", api.program.log());
}
