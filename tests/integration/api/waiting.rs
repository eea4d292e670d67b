use std::time::{Duration, Instant};

use registrar_domain::Lane;
use registrar_storage::{LanePauses, Pool};
use registrar_tests::api::{Api, json};
use registrar_tests::student::{Student, unique_key};
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use reqwest::{Response, StatusCode};

use super::{Home, header, hold, taken_from_the_queue};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_gets_the_outcome_at_once() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let response =
        api.register(&Student::unique()).header("Prefer", "wait=20").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
    assert_eq!(header(&response, "preference-applied"), "wait=20");
    assert_eq!(header(&response, "retry-after"), "");
    let body = json(response).await;
    assert_eq!(body["status"], "registered");
    assert!(body["decided_at"].is_string() && body["accepted_at"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_for_a_rejection_gets_its_reason() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let student = Student::unique();
    api.decided(&api.accepted(&student).await).await;
    let response = api.register(&student).header("Prefer", "wait=20").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    assert_eq!(header(&response, "preference-applied"), "wait=20");
    let location = header(&response, "location").to_owned();
    let problem = json(response).await;
    assert_eq!(problem["type"], "/docs#email-already-registered");
    assert_eq!(problem["code"], "email_already_registered");
    assert_eq!(problem["errors"][0]["pointer"], "/email");
    assert_eq!(problem["message"], problem["detail"]);
    // What a client needs to find it again, where it is a status and no error.
    let reference = problem["reference"].as_str().unwrap();
    assert_eq!(problem["status_url"], format!("/registrations/{reference}"));
    assert_eq!(problem["status_url"], location);
    let status = api.get(&location).header("Prefer", "wait=20").send().await.unwrap();
    assert_eq!(status.status(), StatusCode::OK);
    assert_eq!(json(status).await["status"], "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_for_what_goes_on_hold_is_answered_202() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let request = api.register(&Student::unique()).header("Prefer", "wait=20");
    let waiting = tokio::spawn(request.send());
    hold(&home, &taken_from_the_queue(&home).await).await;
    let response = waiting.await.unwrap().unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(header(&response, "preference-applied"), "wait=20");
    assert_eq!(json(response).await["status"], "on_hold");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_runs_out_ends_in_202() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let began = Instant::now();
    let response =
        api.register(&Student::unique()).header("Prefer", "wait=1").send().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(header(&response, "preference-applied"), "wait=1");
    assert_eq!(json(response).await["status"], "accepted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_can_be_waited_for() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let request = api.get(&format!("/registrations/{reference}")).header("Prefer", "wait=20");
    let waiting = tokio::spawn(request.send());
    let _worker = Worker::start(&home.servers).await;
    let response = waiting.await.unwrap().unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header(&response, "preference-applied"), "wait=20");
    assert_eq!(json(response).await["status"], "registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_status_is_304_and_a_changed_one_is_200() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let path = format!("/registrations/{reference}");
    let waiting = api.get(&path).send().await.unwrap();
    assert_eq!(header(&waiting, "cache-control"), "private, no-cache");
    assert_eq!(header(&waiting, "retry-after"), "1");
    let tag = header(&waiting, "etag").to_owned();
    let again = async || api.get(&path).header("If-None-Match", &tag).send().await.unwrap();
    assert_eq!(again().await.status(), StatusCode::NOT_MODIFIED);

    let _worker = Worker::start(&home.servers).await;
    api.decided(&reference).await;
    let decided = again().await;
    assert_eq!(decided.status(), StatusCode::OK);
    assert_eq!(header(&decided, "cache-control"), "private, max-age=86400");
    assert_eq!(header(&decided, "retry-after"), "");
    assert!(header(&decided, "vary").to_lowercase().contains("accept"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_lane_is_paused_retry_after_lasts_until_the_pause_ends() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let lanes = LanePauses::new(Pool::new(&home.servers.database_settings()));
    lanes.pause(Lane::Interactive, Duration::from_hours(2), "a test", "ada").await.unwrap();
    let path = format!("/registrations/{reference}");
    let seconds = |response: &Response| header(response, "retry-after").parse::<u64>().unwrap();
    wait::until("the status shows the pause", async || {
        let status = api.get(&path).send().await.unwrap();
        let seconds = seconds(&status);
        let paused = json(status).await["paused_until"].is_string();
        paused.then(|| assert!((7_000..=7_200).contains(&seconds), "{seconds}"))
    })
    .await;
    let accepted = api.register(&Student::unique()).send().await.unwrap();
    assert!((7_000..=7_200).contains(&seconds(&accepted)));
    lanes.resume(Lane::Interactive, "ada").await.unwrap();
    wait::until("the pause is over", async || {
        (seconds(&api.get(&path).send().await.unwrap()) <= 30).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_final_also_under_a_key() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let student = Student::unique();
    api.decided(&api.accepted(&student).await).await;
    let again = api.register(&student).header("Idempotency-Key", unique_key());
    let reference = json(again.send().await.unwrap()).await["reference"].clone();
    let reference = reference.as_str().unwrap();
    assert_eq!(api.decided(reference).await["status"], "rejected");
    let path = format!("/registrations/{reference}");
    let status = api.get(&path).send().await.unwrap();
    assert_eq!(header(&status, "cache-control"), "private, max-age=86400");
    let events = api.get(&format!("{path}/events")).header("Last-Event-ID", "rejected");
    assert_eq!(events.send().await.unwrap().status(), StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_opens_however_a_person_spells_it() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let reference = api.accepted(&Student::unique()).await;
    let (head, tail) = reference.split_at(6);
    let spelt = format!("{}-{}", head.to_lowercase(), tail.replace('0', "o"));
    assert_eq!(api.status(&spelt).await["status"], "accepted");
}
