use std::time::Duration;

use registrar_domain::Lane;
use registrar_storage::{LanePauses, MySqlStore, Pool, RegistrationStore as _};
use registrar_tests::api::Api;
use registrar_tests::student::Student;
use registrar_tests::wait::TIMEOUT;
use registrar_tests::worker::Worker;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use tokio::task::block_in_place;

use super::{Home, header, hold, taken_from_the_queue, with_a_database_of_its_own};

async fn open(api: &Api, reference: &str) -> Response {
    api.get(&format!("/registrations/{reference}/events")).send().await.unwrap()
}

/// The statuses of the next events, until the stream ends or has so many.
async fn statuses(stream: &mut Response, most: usize) -> Vec<String> {
    let events = events(stream, most).await;
    events.iter().map(|event| event["status"].as_str().unwrap().to_owned()).collect()
}

/// The next events, until the stream ends or has so many.
async fn events(stream: &mut Response, most: usize) -> Vec<Value> {
    let (mut text, mut found) = (String::new(), Vec::new());
    while found.len() < most {
        let Some(chunk) = tokio::time::timeout(TIMEOUT, stream.chunk()).await.unwrap().unwrap()
        else {
            break;
        };
        text.push_str(std::str::from_utf8(&chunk).unwrap());
        let events = text.lines().filter_map(|line| line.strip_prefix("data: "));
        found = events.map(|event| serde_json::from_str(event).unwrap()).collect();
    }
    found
}

async fn next_event(stream: &mut Response) -> Value {
    events(stream, 1).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_sends_the_status_at_once_then_the_outcome_and_ends() {
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
async fn a_stream_stays_open_while_a_registration_is_on_hold_and_sends_its_outcome() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let registration = taken_from_the_queue(&home).await;
    hold(&home, &registration).await;
    let mut stream = open(&api, &reference).await;
    assert_eq!(statuses(&mut stream, 1).await, ["on_hold"]);
    let store = MySqlStore::new(Pool::new(&home.servers.database_settings()));
    store.store(&[registration]).await.unwrap();
    assert_eq!(statuses(&mut stream, usize::MAX).await, ["registered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_reconnects_after_the_end_gets_204() {
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
async fn streams_are_bounded_and_one_that_ends_makes_room_for_another() {
    let home = Home::new().await;
    let api = Api::start_with(&home.servers, &[("REGISTRAR_STREAMS", "1")]).await;
    let reference = api.accepted(&Student::unique()).await;
    let first = open(&api, &reference).await;
    let refused = open(&api, &reference).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&refused, "retry-after"), "5");
    // After the end a browser gets a 204 instead, so that it does not reconnect.
    taken_from_the_queue(&home).await;
    let done = api.accepted(&Student::unique()).await;
    let worker = Worker::start(&home.servers).await;
    api.decided(&done).await;
    drop(worker);
    let path = format!("/registrations/{done}/events");
    let again = api.get(&path).header("Last-Event-ID", "registered").send().await.unwrap();
    assert_eq!(again.status(), StatusCode::NO_CONTENT);
    let missed = api.get(&path).header("Last-Event-ID", "accepted").send().await.unwrap();
    assert_eq!(missed.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop(first);
    registrar_tests::wait::until("a place is free", async || {
        (open(&api, &reference).await.status() == StatusCode::OK).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_reports_a_pause_and_its_end() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let mut stream = open(&api, &reference).await;
    assert!(next_event(&mut stream).await["paused_until"].is_null());
    let lanes = LanePauses::new(Pool::new(&home.servers.database_settings()));
    lanes.pause(Lane::Interactive, Duration::from_hours(2), "a test", "ada").await.unwrap();
    let paused = next_event(&mut stream).await;
    assert_eq!(paused["status"], "accepted");
    assert!(paused["paused_until"].is_string(), "{paused}");
    lanes.resume(Lane::Interactive, "ada").await.unwrap();
    let resumed = next_event(&mut stream).await;
    assert_eq!(resumed["status"], "accepted");
    assert!(resumed["paused_until"].is_null(), "{resumed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_began_without_mysql_sends_the_status_when_mysql_is_back() {
    let home = Home::new().await;
    let (mut database, servers) = with_a_database_of_its_own(&home).await;
    let api = Api::start(&servers).await;
    block_in_place(|| database.kill().unwrap());
    let reference = api.accepted(&Student::unique()).await;
    let mut stream = open(&api, &reference).await;
    let unreadable = next_event(&mut stream).await["message"].clone();
    assert!(unreadable.as_str().unwrap().contains("cannot be read right now"), "{unreadable}");

    block_in_place(|| database.start_again().unwrap());
    let readable = next_event(&mut stream).await;
    assert_eq!(readable["status"], "accepted");
    assert_ne!(readable["message"], unreadable);
    let lanes = LanePauses::new(Pool::new(&servers.database_settings()));
    lanes.pause(Lane::Interactive, Duration::from_hours(2), "a test", "ada").await.unwrap();
    assert!(next_event(&mut stream).await["paused_until"].is_string());
    lanes.resume(Lane::Interactive, "ada").await.unwrap();
    let _worker = Worker::start(&servers).await;
    assert_eq!(statuses(&mut stream, usize::MAX).await.last().unwrap(), "registered");
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
async fn many_streams_of_many_registrations_all_get_their_outcomes() {
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
    assert!(api.program.stop(Duration::from_secs(20)), "it ended by itself");
    assert_eq!(statuses(&mut stream, usize::MAX).await, [""; 0]);
}
