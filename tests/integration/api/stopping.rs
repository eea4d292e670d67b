use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::load::Load;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::wait::TIMEOUT;
use registrar_tests::worker::Worker;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_under_load_is_clean_and_loses_nothing() {
    let home = Home::new().await;
    let _worker = Worker::start(&home.servers).await;
    let mut api = Api::start(&home.servers).await;
    let load = Load::start(&api.url, 20);
    load.accepts(200).await;
    assert!(api.program.stop(TIMEOUT), "it ended by itself");
    assert!(api.program.ended().await.success());
    let address = api.url.trim_start_matches("http://");
    let _next = Api::start_with(&home.servers, &[("REGISTRAR_API_ADDRESS", address)]).await;
    let answers = load.stop().await;
    let tally = Oracle::new(&home.servers.database_url).all_decided(&answers.accepted).await;
    assert_eq!(tally.registered, answers.accepted.len(), "{tally}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_does_not_wait_for_clients_that_wait_for_outcomes() {
    let home = Home::new().await;
    let mut api = Api::start(&home.servers).await;
    let request = api.register(&Student::unique()).header("Prefer", "wait=30");
    let waiting = tokio::spawn(request.send());
    registrar_tests::wait::until("it is accepted", async || {
        let metrics = api.metrics().await;
        let line = "registration_published_total{lane=\"interactive\",result=\"confirmed\"} 1";
        metrics.contains(line).then_some(())
    })
    .await;
    assert!(api.program.stop(Duration::from_secs(20)), "it ended by itself");
    assert_eq!(waiting.await.unwrap().unwrap().status(), 202);
}
