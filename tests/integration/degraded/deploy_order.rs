use registrar_domain::{Registration, RegistrationId, Student};
use registrar_messaging::{Envelope, REGISTRATIONS_EXCHANGE};
use registrar_tests::broker::Broker;
use registrar_tests::command;
use registrar_tests::oracle::Oracle;
use registrar_tests::wait::TIMEOUT;
use registrar_tests::worker::Worker;

use super::Home;

/// More than a replay publishes in its first step.
const STUDENTS: usize = 15;

/// An API that was deployed before the workers.
async fn publish_in_version_2(broker: &Broker, number: usize) {
    let email = format!("student{number}@example.com");
    let student = Student::parse("Ada", "Lovelace", &email).unwrap();
    let registration = Registration::now(RegistrationId::generate(), student);
    let id = registration.id.to_string();
    let body = String::from_utf8(Envelope::from_registration(registration).encode()).unwrap();
    let body = body.replacen("{\"version\":1,", "{\"version\":2,", 1);
    broker.publish(REGISTRATIONS_EXCHANGE, "interactive", &id, body.as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_replay_registers_what_workers_older_than_the_api_put_on_hold() {
    let home = Home::new().await;
    let oracle = Oracle::new(&home.servers.database_url);
    let mut old = Worker::start(&home.servers).await;
    let broker = Broker::connect(&home.servers.amqp_url).await;
    for number in 0..STUDENTS {
        publish_in_version_2(&broker, number).await;
    }
    let dead_letters = oracle.dead_letters(STUDENTS).await;
    assert!(dead_letters.iter().all(|one| one.reason == "unknown_version"), "{dead_letters:?}");
    assert!(
        dead_letters.iter().all(|one| one.registration_id.is_some()),
        "students see them on hold"
    );
    let alerting = r#"registration_dead_letters_total{reason="unknown_version"}"#;
    old.counts(alerting, STUDENTS).await;
    // Killed, it could leave acks behind, and the next worker would register what it gets again.
    assert!(old.program.stop(TIMEOUT));

    let _new = Worker::start_with(&home.servers, &[("TEST_READ_ALSO", "2")]).await;
    let settings = [
        ("DATABASE_URL", home.servers.database_url.as_str()),
        ("AMQP_URL", home.servers.amqp_url.as_str()),
        ("REGISTRAR_OPERATOR", "olga"),
    ];
    let replay = ["dead-letters", "replay", "--hold-reason", "unknown_version"];
    let ended = command::run("registrar-under-test", &replay, &settings).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(oracle.students().await, STUDENTS);
    assert_eq!(oracle.dead_letters(0).await, []);
}
