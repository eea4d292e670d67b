use registrar_tests::api::Api;
use registrar_tests::oracle::Oracle;
use registrar_tests::student::{Student, unique_key};
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_student_is_registered_a_moment_later() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let reference = api.accepted(&Student::unique()).await;
    let status = api.decided(&reference).await;
    assert_eq!(status["status"], "registered");
    assert_eq!(Oracle::of(&home.servers.database_url).students().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_student_with_the_same_address_is_rejected() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let first = Student::unique();
    let second = Student { email: first.email.to_uppercase(), ..Student::unique() };
    api.decided(&api.accepted(&first).await).await;
    let status = api.decided(&api.accepted(&second).await).await;
    assert_eq!(status["status"], "rejected");
    assert_eq!(status["code"], "email_already_registered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_repeated_with_its_key_ends_in_one_registration() {
    let home = Home::new().await;
    let (api, _worker) = (Api::start(&home.servers).await, Worker::start(&home.servers).await);
    let (student, key) = (Student::unique(), unique_key());
    let mut references = Vec::new();
    for _ in 0..5 {
        let response = api.register(&student).header("Idempotency-Key", &key).send().await.unwrap();
        let body: Value = response.json().await.unwrap();
        references.push(body["reference"].as_str().unwrap().to_owned());
    }
    references.dedup();
    assert_eq!(references.len(), 1, "the same key leads to the same status URL");
    assert_eq!(api.decided(&references[0]).await["status"], "registered");
    assert_eq!(Oracle::of(&home.servers.database_url).students().await, 1);
}
