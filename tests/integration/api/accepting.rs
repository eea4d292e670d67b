use registrar_messaging::Envelope;
use registrar_tests::api::{Api, id_of, json};
use registrar_tests::student::{Student, unique_key};
use reqwest::StatusCode;

use super::{Home, header, next_message};

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_202_means_that_the_registration_is_in_the_queue() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let student = Student::unique();
    let response = api.register(&student).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    assert_eq!(header(&response, "retry-after"), "1");
    assert_eq!(header(&response, "cache-control"), "no-store");
    let location = header(&response, "location").to_owned();
    let body = json(response).await;
    assert_eq!(body["status"], "accepted");
    assert_eq!(body["status_url"], location.as_str());
    let reference = body["reference"].as_str().unwrap();
    assert_eq!(location, format!("/registrations/{reference}"));

    let message = next_message(&home.servers.amqp_url).await.expect("it was accepted");
    let properties = &message.delivery.properties;
    assert_eq!(*properties.delivery_mode(), Some(2), "persistent");
    let id = id_of(reference);
    assert_eq!(properties.message_id().as_ref().unwrap().as_str(), id.to_string());
    let envelope = Envelope::decode(&message.delivery.data).unwrap();
    let [registration] = envelope.registrations.as_slice() else { panic!("one registration") };
    assert_eq!((registration.id, registration.student.email().as_str()), (id, &*student.email));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_is_accepted_like_json() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let student = Student { first_name: "Zoë M".to_owned(), ..Student::unique() };
    let request = api.client.post(format!("{}/register", api.url)).form(&student);
    assert_eq!(request.send().await.unwrap().status(), StatusCode::ACCEPTED);
    let message = next_message(&home.servers.amqp_url).await.unwrap();
    let envelope = Envelope::decode(&message.delivery.data).unwrap();
    assert_eq!(envelope.registrations[0].student.first_name().as_str(), "Zoë M");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_never_reaches_the_queue() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let student = Student { email: "no-at-sign".to_owned(), ..Student::unique() };
    let response = api.register(&student).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let problem = json(response).await;
    assert_eq!(problem["errors"][0]["pointer"], "/email");
    let trace_id = problem["trace_id"].as_str().unwrap();
    assert!(trace_id.len() == 32 && trace_id.chars().any(|c| c != '0'), "{trace_id}");
    assert!(next_message(&home.servers.amqp_url).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_leads_to_the_same_reference_on_every_instance_and_after_a_restart() {
    let home = Home::new().await;
    let (student, key) = (Student::unique(), unique_key());
    let mut references = Vec::new();
    for _ in 0..2 {
        let api = Api::start(&home.servers).await;
        let response = api.register(&student).header("Idempotency-Key", &key).send().await.unwrap();
        let body = json(response).await;
        references.push(body["reference"].as_str().unwrap().to_owned());
    }
    assert_eq!(references[0], references[1]);
    let api = Api::start(&home.servers).await;
    let other = api.register(&student).header("Idempotency-Key", unique_key()).send().await;
    assert_ne!(json(other.unwrap()).await["reference"], references[0].as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_how_they_were_answered() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    api.accepted(&Student::unique()).await;
    let invalid = Student { email: String::new(), ..Student::unique() };
    api.register(&invalid).send().await.unwrap();
    let metrics = api.metrics().await;
    for line in [
        "student_registration_requests_total{outcome=\"accepted\"} 1",
        "student_registration_requests_total{outcome=\"invalid\"} 1",
        "student_registration_requests_total{outcome=\"refused\"} 0",
        "student_registration_requests_total{outcome=\"error\"} 0",
        "registration_published_total{lane=\"interactive\",result=\"confirmed\"} 1",
        "registration_publish_window_in_use 0",
        "registration_publish_confirm_seconds_count 1",
    ] {
        assert!(metrics.lines().any(|written| written == line), "{line} is not in:\n{metrics}");
    }
}
