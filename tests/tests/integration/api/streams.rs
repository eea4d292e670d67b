use std::collections::BTreeMap;
use std::time::Duration;

use registrar_common::domain::{HoldReason, Lane, Registration};
use registrar_common::messaging::Envelope;
use registrar_common::storage::{DeadLetter, Entry, MySqlStore, Pool, RegistrationStore as _};
use registrar_tests::api::Api;
use registrar_tests::student::Student;
use registrar_tests::wait::PATIENCE;
use registrar_tests::worker::Worker;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::{Home, header, next_message};

async fn open(api: &Api, reference: &str) -> Response {
    api.get(&format!("/registrations/{reference}/events")).send().await.unwrap()
}

/// The statuses of the next events, until the stream ends or has so many.
async fn statuses(stream: &mut Response, most: usize) -> Vec<String> {
    let (mut text, mut found) = (String::new(), Vec::new());
    while found.len() < most {
        let Some(chunk) = tokio::time::timeout(PATIENCE, stream.chunk()).await.unwrap().unwrap()
        else {
            break;
        };
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        found = text.lines().filter_map(|line| line.strip_prefix("data: ")).map(status).collect();
    }
    found
}

fn status(data: &str) -> String {
    let body: Value = serde_json::from_str(data).unwrap();
    body["status"].as_str().unwrap().to_owned()
}

async fn taken_from_the_queue(home: &Home) -> Registration {
    let message = next_message(&home.servers.amqp_url).await.expect("it was accepted");
    Envelope::decode(&message.delivery.data).unwrap().registrations.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_the_state_at_once_and_the_outcome_when_it_comes_and_ends() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let mut stream = open(&api, &reference).await;
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
    assert_eq!(header(&stream, "x-accel-buffering"), "no");
    assert_eq!(statuses(&mut stream, 1).await, ["accepted"]);
    let _worker = Worker::start(&home.servers).await;
    assert_eq!(statuses(&mut stream, usize::MAX).await, ["registered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_stays_open_while_a_registration_is_on_hold_and_tells_how_it_ends() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let registration = taken_from_the_queue(&home).await;
    let store = MySqlStore::new(Pool::new(&home.servers.database_settings()));
    let letter = DeadLetter {
        registration_id: Some(registration.id),
        message_id: None,
        payload: Vec::new(),
        headers: BTreeMap::new(),
        lane: Some(Lane::Interactive),
        reason: HoldReason::RefusedByDatabase,
        fingerprint: String::new(),
        attempts: 1,
        accepted_at: None,
    };
    store.hold(&[letter]).await.unwrap();
    let mut stream = open(&api, &reference).await;
    assert_eq!(statuses(&mut stream, 1).await, ["on_hold"]);
    store.store(&[Entry { registration, is_contested: true }]).await.unwrap();
    assert_eq!(statuses(&mut stream, usize::MAX).await, ["registered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_connects_again_after_the_end_is_told_to_stop() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let reference = api.accepted(&Student::unique()).await;
    api.decided(&reference).await;
    let path = format!("/registrations/{reference}/events");
    let again = api.get(&path).header("Last-Event-ID", "registered").send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NO_CONTENT);
    let missed = api.get(&path).header("Last-Event-ID", "accepted").send().await.unwrap();
    assert_eq!(missed.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_and_a_place_comes_free_when_one_ends() {
    let home = Home::new().await;
    let api = Api::start_with(&home.servers, &[("REGISTRAR_STREAMS", "1")]).await;
    let reference = api.accepted(&Student::unique()).await;
    let first = open(&api, &reference).await;
    let refused = open(&api, &reference).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&refused, "retry-after"), "5");
    drop(first);
    registrar_tests::wait::until("a place is free", async || {
        (open(&api, &reference).await.status() == StatusCode::OK).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_after_its_time() {
    let home = Home::new().await;
    let api = Api::start_with(&home.servers, &[("REGISTRAR_STREAM_DURATION", "50ms")]).await;
    let reference = api.accepted(&Student::unique()).await;
    let mut stream = open(&api, &reference).await;
    assert_eq!(statuses(&mut stream, usize::MAX).await, ["accepted"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_streams_of_many_registrations_all_hear_of_their_outcomes() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        let reference = api.accepted(&Student::unique()).await;
        for _ in 0..5 {
            streams.push(open(&api, &reference).await);
        }
    }
    let _worker = Worker::start(&home.servers).await;
    for stream in &mut streams {
        assert_eq!(statuses(stream, usize::MAX).await.last().unwrap(), "registered");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_the_streams_and_is_clean() {
    let home = Home::new().await;
    let mut api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let mut stream = open(&api, &reference).await;
    assert_eq!(statuses(&mut stream, 1).await, ["accepted"]);
    assert!(api.program.stop(Duration::from_secs(10)), "it ended by itself");
    assert_eq!(statuses(&mut stream, usize::MAX).await, [""; 0]);
}
