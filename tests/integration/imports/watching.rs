use registrar_tests::api::json;
use registrar_tests::wait;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{Importing, file};

/// The most imports that are watched at once.
const STREAMS: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_has_an_event_for_what_changes_and_ends_with_the_import() {
    let importing = Importing::start().await;
    let import = importing.accepted(file(3)).await;
    let events = format!("{import}/events");
    let mut events = importing.ask_with(&importing.key, Method::GET, &events).await;
    let first = events.chunk().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&first).contains("\"status\":\"processing\""));
    importing.process(true).await;
    let mut rest = Vec::new();
    while let Some(part) = events.chunk().await.unwrap() {
        rest.extend(part);
    }
    let rest = String::from_utf8(rest).unwrap();
    let last = rest.lines().filter_map(|line| line.strip_prefix("data: ")).next_back().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert_eq!((&last["status"], &last["registered"]), (&"finished".into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_imports_are_watched_at_once_and_a_client_that_hangs_up_makes_room() {
    let importing = Importing::start().await;
    let events = format!("{}/events", importing.accepted(file(1)).await);
    let watch = || importing.ask_with(&importing.key, Method::GET, &events);
    let mut streams = Vec::new();
    for number in 1..=STREAMS {
        let stream = watch().await;
        assert_eq!(stream.status(), StatusCode::OK, "{number}");
        streams.push(stream);
    }
    let refused = watch().await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json(refused).await["type"], "/docs#too-many-streams");
    drop(streams.pop());
    wait::until("there is room for another stream", async || {
        (watch().await.status() == StatusCode::OK).then_some(())
    })
    .await;
}
