use registrar_tests::api::{Api, json};
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::{Client, StatusCode};

use super::{Home, ask_to_stop};

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_api_says_so_while_it_still_serves() {
    let home = Home::new().await;
    let _worker = Worker::start(&home.servers).await;
    let mut api = Api::start_with(&home.servers, &[("REGISTRAR_DRAIN_DELAY", "1h")]).await;
    ask_to_stop(&mut api.program).await;
    // A load balancer that has not read the 503 yet opens another connection.
    let stranger = Client::new();
    let ready = stranger.get(format!("{}/readyz", api.url)).send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(ready.headers()["connection"], "close");
    assert_eq!(json(ready).await["errors"][0]["code"], "shutting_down");
    let request = api.register(&Student::unique()).header("Prefer", "wait=20");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::CREATED, "all as ever");
    assert!(api.metrics().await.contains("registration_published_total"), "it is still measured");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_has_drained_closes_its_port() {
    let home = Home::new().await;
    let mut api = Api::start_with(&home.servers, &[("REGISTRAR_DRAIN_DELAY", "500ms")]).await;
    ask_to_stop(&mut api.program).await;
    wait::until("the port is closed", async || {
        let request = Client::new().get(format!("{}/livez", api.url));
        request.send().await.is_err_and(|error| error.is_connect()).then_some(())
    })
    .await;
    assert!(api.program.ended().await.success(), "{}", api.program.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_an_api_that_drains_at_once() {
    let home = Home::new().await;
    let mut api = Api::start_with(&home.servers, &[("REGISTRAR_DRAIN_DELAY", "1h")]).await;
    ask_to_stop(&mut api.program).await;
    api.program.terminate();
    assert_eq!(api.program.ended().await.code(), Some(143), "128 + SIGTERM");
}
