use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::{Api, json};
use registrar_tests::servers::Servers;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use tokio::task::block_in_place;

use super::{Home, header, with_a_database_of_its_own};

#[tokio::test(flavor = "multi_thread")]
async fn without_rabbitmq_it_runs_refuses_says_what_is_missing_and_recovers_by_itself() {
    let home = Home::new().await;
    let mut broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    block_in_place(|| broker.stop().unwrap());

    let api = Api::begin(&servers, &[]).await;
    let ready = api.get("/readyz").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json(ready).await["errors"][0]["code"], "rabbitmq");
    let refused = api.register(&Student::unique()).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&refused, "retry-after"), "5");
    assert_eq!(json(refused).await["type"], "/docs#cannot-accept-now");

    block_in_place(|| broker.start_again().unwrap());
    api.ready().await;
    api.accepted(&Student::unique()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_stops_answering_leaves_the_outcome_unknown_and_the_key_solves_it() {
    let home = Home::new().await;
    let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
    let servers = Servers { amqp_url: broker.management().url(), ..home.servers.clone() };
    let api = Api::start(&servers).await;
    block_in_place(|| broker.pause().unwrap());
    let (student, key) = (Student::unique(), registrar_tests::student::unique_key());
    let send =
        async || api.register(&student).header("Idempotency-Key", &key).send().await.unwrap();
    let without_key = api.register(&Student::unique()).send();
    let (with_key, without_key) = tokio::join!(send(), without_key);
    for (unknown, advice) in [
        (with_key, "you will not be registered twice"),
        (without_key.unwrap(), "may have arrived all the same"),
    ] {
        assert_eq!(unknown.status(), StatusCode::SERVICE_UNAVAILABLE);
        let problem = json(unknown).await;
        assert_eq!(problem["type"], "/docs#outcome-unknown");
        assert!(problem["message"].as_str().unwrap().contains(advice), "{problem}");
    }

    block_in_place(|| broker.resume().unwrap());
    let _worker = Worker::start(&servers).await;
    let reference = wait::until("it is accepted", async || {
        let response = send().await;
        let accepted = response.status() == StatusCode::ACCEPTED;
        let body = json(response).await;
        accepted.then(|| body["reference"].as_str().unwrap().to_owned())
    })
    .await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_mysql_it_accepts_and_says_that_the_status_cannot_be_read() {
    let home = Home::new().await;
    let (mut database, servers) = with_a_database_of_its_own(&home).await;
    let api = Api::start(&servers).await;
    block_in_place(|| database.kill().unwrap());

    let reference = api.accepted(&Student::unique()).await;
    let unreadable = api.get(&format!("/registrations/{reference}")).send().await.unwrap();
    assert_eq!(unreadable.status(), StatusCode::OK);
    assert_eq!(header(&unreadable, "cache-control"), "no-store");
    assert_eq!(header(&unreadable, "etag"), "");
    let body = json(unreadable).await;
    assert_eq!(body["status"], "accepted");
    assert!(body["message"].as_str().unwrap().contains("cannot be read right now"));
    assert_eq!(readiness(&api).await, (StatusCode::OK, "degraded".to_owned()));

    block_in_place(|| database.start_again().unwrap());
    let _worker = Worker::start(&servers).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    wait::until("nothing is degraded", async || {
        (readiness(&api).await == (StatusCode::OK, "ready".to_owned())).then_some(())
    })
    .await;
}

async fn readiness(api: &Api) -> (StatusCode, String) {
    let response = api.get("/readyz").send().await.unwrap();
    let status = response.status();
    (status, json(response).await["status"].as_str().unwrap().to_owned())
}
