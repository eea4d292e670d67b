use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::StatusCode;
use serde_json::Value;

use super::{Ended, Home, registrar};

/// Processes ask every two seconds; a busy machine may be much slower.
const SECONDS: Duration = Duration::from_secs(30);
const PAUSED: &str = "registration_worker_paused{lane=\"interactive\"}";

async fn lanes(home: &Home, arguments: &[&str]) -> Ended {
    let management = home.management_url();
    let settings = [
        ("DATABASE_URL", home.servers.database_url.as_str()),
        ("AMQP_URL", &home.servers.amqp_url),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", &management),
        ("USER", "ada"),
    ];
    registrar(&[&["lanes"], arguments].concat(), &settings).await
}

async fn paused_for(home: &Home, length: &str) {
    let arguments = ["pause", "interactive", "--reason", "a test", "--for", length];
    let ended = lanes(home, &arguments).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.stdout.starts_with("The interactive lane is paused until 20"), "{ended:?}");
}

/// One lane of `registrar lanes --json`.
async fn listed(home: &Home, lane: &str) -> Value {
    let ended = lanes(home, &["--json"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    let all: Value = serde_json::from_str(&ended.stdout).unwrap();
    all["lanes"].as_array().unwrap().iter().find(|one| one["lane"] == lane).unwrap().clone()
}

async fn stopped(worker: &Worker) {
    wait::until_within(SECONDS, "the worker pauses", async || {
        (worker.counted(PAUSED).await == 1).then_some(())
    })
    .await;
}

async fn goes_on(worker: &Worker) {
    wait::until("the worker goes on", async || (worker.counted(PAUSED).await == 0).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_and_a_message_are_seen_at_once() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    api.accepted(&Student::unique()).await;
    let lane = listed(&home, "interactive").await;
    assert_eq!((&lane["ready"], &lane["consumers"]), (&1.into(), &0.into()), "{lane}");
    let _worker = Worker::start(&home.servers).await;
    let ended = lanes(&home, &[]).await;
    assert_eq!(
        ended.stdout.lines().filter(|line| line.ends_with("  consumed")).count(),
        2,
        "{ended:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_lane_stops_within_seconds_shows_in_the_status_and_resumes_by_itself() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let worker = Worker::start(&home.servers).await;
    paused_for(&home, "1h").await;
    let reasons = wait::until_within(SECONDS, "the worker pauses", async || {
        let (status, reasons) = worker.readiness().await;
        assert_eq!(status, StatusCode::OK, "a paused worker is ready");
        (!reasons.is_empty()).then_some(reasons)
    })
    .await;
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(reasons[0].starts_with("interactive: Paused by an operator until 20"), "{reasons:?}");

    let reference = api.accepted(&Student::unique()).await;
    let waiting = wait::until_within(SECONDS, "the status shows the pause", async || {
        let status = api.status(&reference).await;
        assert_eq!(status["status"], "accepted");
        status["paused_until"].is_string().then_some(status)
    })
    .await;
    let message = waiting["message"].as_str().unwrap();
    assert!(message.contains("Registering is paused until 20"), "{message}");
    assert!(!message.contains("a test"), "the reason is for operators: {message}");
    assert_eq!(Oracle::new(&home.servers.database_url).students().await, 0);

    paused_for(&home, "1s").await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    assert_eq!(api.status(&reference).await.get("paused_until"), None);
    goes_on(&worker).await;
    wait::until("the worker is ready without a reason", async || {
        (worker.readiness().await == (StatusCode::OK, vec![])).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resume_ends_the_pause_early_and_both_are_on_record() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let worker = Worker::start(&home.servers).await;
    paused_for(&home, "1h").await;
    stopped(&worker).await;
    let reference = api.accepted(&Student::unique()).await;
    let (bulk, interactive) = (listed(&home, "bulk").await, listed(&home, "interactive").await);
    assert_eq!((&bulk["is_paused"], &bulk["pause"]), (&false.into(), &Value::Null));
    assert_eq!(interactive["is_paused"], true);
    assert_eq!(
        (&interactive["pause"]["by"], &interactive["pause"]["reason"]),
        (&"ada".into(), &"a test".into())
    );

    let resumed = lanes(&home, &["resume", "interactive", "--by", "grace"]).await;
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    assert!(resumed.stdout.starts_with("The interactive lane is resumed"), "{resumed:?}");
    assert_eq!(api.decided(&reference).await["status"], "registered");
    goes_on(&worker).await;
    let again = lanes(&home, &["resume", "interactive"]).await;
    assert_eq!(
        (again.code, again.stdout.as_str()),
        (Some(0), "The interactive lane is not paused.\n")
    );
    let oracle = Oracle::new(&home.servers.database_url);
    for condition in [
        "paused_until > said_at AND said_by = 'ada' AND reason = 'a test'",
        "paused_until IS NULL AND said_by = 'grace'",
    ] {
        assert_eq!(oracle.count(&format!("lane_pauses WHERE {condition}")).await, 1, "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_starts_while_its_lane_is_paused_consumes_nothing() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    paused_for(&home, "1h").await;
    let worker = Worker::start(&home.servers).await;
    assert_eq!(worker.counted(PAUSED).await, 1);
    assert_eq!(worker.counted("registration_worker_paused").await, 1, "only this lane");
    assert_eq!(api.status(&reference).await["status"], "accepted");
    lanes(&home, &["resume", "interactive"]).await;
    assert_eq!(api.decided(&reference).await["status"], "registered");
    assert_eq!(worker.counted("registration_redeliveries_total").await, 0, "none was taken early");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_stream_reports_that_a_pause_begins_and_ends() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let path = format!("/registrations/{reference}/events");
    let mut stream = api.get(&path).send().await.unwrap();
    let mut heard = String::new();
    let mut hear_until = async |what: fn(&str) -> bool| {
        let hearing = async {
            while !what(&heard) {
                let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
                heard.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        };
        tokio::time::timeout(SECONDS, hearing).await.unwrap();
    };
    hear_until(|heard| heard.matches("event: status").count() == 1).await;
    paused_for(&home, "1h").await;
    hear_until(|heard| heard.contains("paused_until")).await;
    lanes(&home, &["resume", "interactive"]).await;
    hear_until(|heard| heard.matches("event: status").count() == 3).await;
    assert!(!heard.rsplit("event: status").next().unwrap().contains("paused_until"), "{heard}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lanes_are_listed_with_what_is_in_them_and_how_old_it_is() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    for _ in 0..3 {
        api.accepted(&Student::unique()).await;
    }
    let lane = wait::until("RabbitMQ reports the messages and their age", async || {
        let lane = listed(&home, "interactive").await;
        (lane["ready"] == 3 && lane["oldest_age"] == "about").then_some(lane)
    })
    .await;
    assert!(lane["oldest_age_s"].as_f64().unwrap() < 60.0, "{lane}");
    assert_eq!((&lane["consumers"], &lane["unacked"]), (&0.into(), &0.into()));
    assert_eq!(listed(&home, "bulk").await["oldest_age"], "none");
    let table = lanes(&home, &[]).await;
    let lines: Vec<_> = table.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{table:?}");
    assert!(lines[0].starts_with("LANE"), "{table:?}");
    assert!(lines[1].ends_with("no worker consumes it"), "{table:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_fails_is_one_sentence() {
    let home = Home::without_tables().await;
    let no_queue = lanes(&home, &[]).await;
    assert_eq!((no_queue.code, no_queue.stdout.as_str()), (Some(2), ""));
    assert!(no_queue.stderr.contains("has no queue registrations.interactive"), "{no_queue:?}");
    let settings = [
        ("DATABASE_URL", home.servers.database_url.as_str()),
        ("AMQP_URL", &home.servers.amqp_url),
        ("REGISTRAR_RABBITMQ_MANAGEMENT_URL", "http://127.0.0.1:9"),
    ];
    let ended = registrar(&["lanes"], &settings).await;
    assert_eq!((ended.code, ended.stderr.lines().count()), (Some(2), 1), "{ended:?}");
    assert!(ended.stderr.contains("set REGISTRAR_RABBITMQ_MANAGEMENT_URL"), "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_needs_a_known_lane_an_end_and_a_reason() {
    let home = Home::new().await;
    for (arguments, sentence) in [
        (
            vec!["pause", "fast", "--reason", "x", "--for", "1m"],
            "it must be one of: interactive, bulk",
        ),
        (vec!["pause", "bulk", "--reason", "x"], "--for"),
        (vec!["pause", "bulk", "--for", "1m"], "--reason"),
        (vec!["pause", "bulk", "--reason", "x", "--for", "2000h"], "from 1s to 24h"),
        (vec!["pause", "bulk", "--reason", " ", "--for", "1m"], "1 to 1000 characters"),
    ] {
        let ended = lanes(&home, &arguments).await;
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(sentence), "{ended:?}");
    }
    let rows = Oracle::new(&home.servers.database_url).count("lane_pauses").await;
    assert_eq!(rows, 0, "nothing was written");
}
