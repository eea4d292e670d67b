use registrar_domain::RegistrationId;
use registrar_tests::api::{Api, id_of};
use registrar_tests::student::Student;
use registrar_tests::wait;
use reqwest::StatusCode;

use super::{Observed, broker};

/// Everything that our own code could log, and the defaults of all libraries.
const TALKATIVE: (&str, &str) = (
    "REGISTRAR_LOG",
    "info,registrar_api=trace,registrar_worker=trace,registrar_messaging=trace,registrar_storage=trace,registrar_runtime=trace,registrar_telemetry=trace,sqlx=debug",
);

const KEY: &str = "qzsecretkey-0123456789";
/// In every value that identifies a person, in one form or another.
const MARKS: [&str; 4] = ["qzfirst", "qzlast", "qzmail", "qzsecretkey"];

fn student(number: u32) -> Student {
    Student {
        first_name: format!("Qzfirst{number}"),
        last_name: format!("Qzlast{number}"),
        email: format!("Qzmail{number}@qzmail.example"),
    }
}

async fn answered(api: &Api, student: &Student, status: StatusCode) {
    assert_eq!(api.register(student).send().await.unwrap().status(), status);
}

async fn sent(api: &Api, body: &'static str) {
    let request = api.client.post(format!("{}/register", api.url)).body(body);
    let response = request.header("Content-Type", "application/json").send().await.unwrap();
    assert!(response.status().is_client_error());
}

async fn got(api: &Api, path: &str) -> StatusCode {
    api.get(path).send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_address_key_or_reference_is_in_any_span_log_or_metric() {
    let observed = Observed::new().await;
    let api = observed.api_with(&[TALKATIVE]).await;
    let mut worker = observed.worker_with(&[TALKATIVE]).await;
    let database = observed.database().await;
    database.refuse("Qzfirst9").await;

    // Registered, with a key, then waited for and looked up.
    let request = api.register(&student(1)).header("Idempotency-Key", KEY);
    let response = request.header("Prefer", "wait=5").send().await.unwrap();
    let body: serde_json::Value = response.json().await.unwrap();
    let first = body["reference"].as_str().unwrap().to_owned();
    api.decided(&first).await;
    // Rejected, refused by the database, retried.
    let rejected = api.accepted(&student(1)).await;
    let on_hold = api.accepted(&student(9)).await;
    assert_eq!(api.decided(&rejected).await["status"], "rejected");
    assert_eq!(api.decided(&on_hold).await["status"], "on_hold");
    let lock = database.lock(&student(2)).await;
    let retried = api.accepted(&student(2)).await;
    database.kill_the_inserting().await;
    drop(lock);
    api.decided(&retried).await;
    // Invalid and malformed.
    let invalid = Student { email: "qzmail@@qzmail".to_owned(), ..student(3) };
    answered(&api, &invalid, StatusCode::UNPROCESSABLE_ENTITY).await;
    let invalid = Student { first_name: "Qzfirst".repeat(20), ..student(3) };
    answered(&api, &invalid, StatusCode::UNPROCESSABLE_ENTITY).await;
    sent(&api, r#"{"first_name": "Qzfirst", "email": "qzmail@"#).await;
    sent(&api, r#"{"first_name": ["Qzfirst"], "qzlast": 1}"#).await;
    let bad_key = api.register(&student(3)).header("Idempotency-Key", "qzsecretkey");
    assert_eq!(bad_key.send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    // In places where it does not belong.
    for path in ["/registrations/qzlast", "/qzfirst?email=qzmail@example.com", "/qzmail/livez"] {
        assert_eq!(got(&api, path).await, StatusCode::NOT_FOUND);
    }
    let odd = api.get("/readyz?email=qzmail@example.com").header("User-Agent", "qzlast");
    odd.header("Referer", "https://qzmail.example/").send().await.unwrap();
    // Not even a registration; and one that RabbitMQ dead-letters.
    let unreadable = r#"{"version": 1, "registrations": [{"first_name": "Qzfirst"}]}"#;
    broker::publish(&observed.home.servers.amqp_url, unreadable, "qzlast").await;
    database.held(2).await;
    worker.program.terminate();
    worker.program.ended().await;
    let given_up = api.accepted(&student(4)).await;
    broker::dead_letter_the_waiting(&observed.home.servers.amqp_url).await;
    let second_worker = observed.worker_with(&[TALKATIVE]).await;
    assert_eq!(api.decided(&given_up).await["status"], "on_hold");

    let references = [first, rejected, on_hold, retried, given_up];
    for reference in &references {
        everything_is_exported(&observed, id_of(reference)).await;
    }
    let places = [
        ("what was exported", observed.collector.text()),
        ("the API's log", api.program.log()),
        ("the first worker's log", worker.program.log()),
        ("the second worker's log", second_worker.program.log()),
        ("the API's metrics", api.metrics().await),
        ("the worker's metrics", second_worker.metrics().await),
    ];
    let references = references.map(|reference| reference.to_lowercase());
    for (place, text) in places {
        let text = text.to_lowercase();
        let marks = MARKS.into_iter().chain(references.iter().map(String::as_str));
        for mark in marks {
            let found = text.lines().find(|line| line.contains(mark));
            assert!(found.is_none(), "{mark} is in {place}: {found:?}");
        }
    }
}

/// Also shows that the search is in the right place.
async fn everything_is_exported(observed: &Observed, id: RegistrationId) {
    let id = id.to_string();
    wait::until("both ends of the registration's way are exported", async || {
        let spans = observed.collector.spans();
        let ends = spans.iter().filter(|span| span.attribute("messaging.message.id") == id);
        (ends.count() >= 2 && observed.collector.text().contains(&id)).then_some(())
    })
    .await;
}
