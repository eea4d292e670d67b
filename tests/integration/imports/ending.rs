//! Uploads that do not come to their end, and what then became of them.

use registrar_local::{RabbitMq, ServerOptions};
use registrar_tests::api::json;
use registrar_tests::imports::open_body;
use registrar_tests::wait;
use reqwest::{Method, StatusCode};
use tokio::task::block_in_place;

use super::{Importing, Queued, file};
use crate::end_to_end::Home;

impl Importing {
    /// With a broker of its own, which the test may stop.
    async fn start_with_broker() -> (Self, RabbitMq) {
        let mut home = Home::new().await;
        let broker = block_in_place(|| RabbitMq::start(&ServerOptions::temporary()).unwrap());
        home.servers.amqp_url = broker.management().url();
        (Self::start_in(home, &[("REGISTRAR_DRAIN_DELAY", "0s")]).await, broker)
    }

    /// What is queued once the first chunk of an upload is.
    async fn first_queued(&self) -> Queued {
        wait::until("the upload is under way", async || {
            let queued = self.queued().await;
            (queued.rows() > 0).then_some(queued)
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_has_its_time_and_what_came_is_imported() {
    let importing = Importing::start_with(&[("REGISTRAR_IMPORT_TIMEOUT", "3s")]).await;
    let (parts, body) = open_body();
    parts.send(file(6_000)).unwrap();
    let answer = importing.upload(body).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let body = json(answer).await;
    assert_eq!(body["broken_off"]["code"], "upload_too_slow", "{body}");
    let queued = importing.queued().await;
    assert_eq!(queued.rows() as u64, body["rows"].as_u64().unwrap());
    assert_eq!(queued.manifests[0].broken_off.as_deref(), Some("upload_too_slow"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_a_stop_interrupts_is_imported_as_far_as_it_came_and_reads_so() {
    let mut importing = Importing::start_with(&[("REGISTRAR_DRAIN_DELAY", "0s")]).await;
    let (parts, body) = open_body();
    let upload = tokio::spawn(importing.upload(body).send());
    parts.send(file(6_000)).unwrap();
    let first = importing.first_queued().await;
    importing.api.program.terminate();
    let answer = upload.await.unwrap().expect("the answer comes before the connection is cut");
    assert_eq!(answer.status(), StatusCode::ACCEPTED);
    let body = json(answer).await;
    assert_eq!(body["broken_off"]["code"], "service_stopping", "{body}");
    assert!(importing.api.program.ended().await.success());
    let rest = importing.queued().await;
    let [manifest] = &rest.manifests[..] else { panic!("{:?}", rest.manifests) };
    assert_eq!(manifest.rows, (first.rows() + rest.rows()) as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_whose_broker_goes_away_says_how_many_rows_were_accepted() {
    let (importing, broker) = Importing::start_with_broker().await;
    let mut broker = broker;
    let (parts, body) = open_body();
    let upload = tokio::spawn(importing.upload(body).send());
    parts.send(file(6_000)).unwrap();
    importing.first_queued().await;
    block_in_place(|| broker.stop().unwrap());
    parts.send("Eda,King,eda@example.com\n".repeat(3_000)).unwrap();
    // It would try for a minute otherwise.
    importing.api.program.terminate();
    let answer = upload.await.unwrap().unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem = json(answer).await;
    assert_eq!(problem["type"], "/docs#import-interrupted", "{problem}");
    assert!(problem["message"].as_str().unwrap().contains("rows were accepted, then"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancellation_without_a_broker_is_to_be_repeated() {
    let (importing, mut broker) = Importing::start_with_broker().await;
    let answer = json(importing.upload(file(3)).send().await.unwrap()).await;
    let cancel = format!("{}/cancel", answer["status_url"].as_str().unwrap());
    block_in_place(|| broker.stop().unwrap());
    let request = importing.api.client.request(Method::POST, importing.api.url.clone() + &cancel);
    let answer = request.bearer_auth(&importing.key).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let problem = json(answer).await;
    assert_eq!(problem["type"], "/docs#cannot-accept-now");
    let advice = problem["message"].as_str().unwrap();
    assert!(advice.contains("Repeat the request") && !advice.contains("pload"), "{advice}");
}
