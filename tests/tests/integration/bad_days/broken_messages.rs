use registrar_common::domain::{Registration, RegistrationId, Student};
use registrar_common::messaging::{DEAD_LETTER, Envelope, REGISTRATIONS_EXCHANGE};
use registrar_tests::broker::Broker;
use registrar_tests::oracle::Oracle;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use super::Home;

const INTERACTIVE: &str = "interactive";

fn valid(email: &str) -> Registration {
    let student = Student::parse("Ada", "Lovelace", email).unwrap();
    Registration::now(RegistrationId::generate(), student)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_register_is_kept_with_its_reason_and_holds_up_nothing() {
    let home = Home::new().await;
    let (oracle, worker) =
        (Oracle::of(&home.servers.database_url), Worker::start(&home.servers).await);
    let broker = Broker::connect(&home.servers.amqp_url).await;
    let (given_up, fine) = (valid("given.up@example.com"), valid("fine@example.com"));
    let breaks_a_rule = br#"{"version":1,"registrations":[{"id":"0199d3c4-5a00-7000-8000-000000000001","first_name":"","last_name":"L","email":"ada@example.com","accepted_at":"2026-01-02T03:04:05Z"}],"import":null}"#;
    let to_the_lane: [&[u8]; 3] = [b"not JSON", br#"{"version":9}"#, breaks_a_rule];
    for (number, body) in to_the_lane.iter().enumerate() {
        broker.publish(REGISTRATIONS_EXCHANGE, INTERACTIVE, &number.to_string(), body).await;
    }
    broker.publish(DEAD_LETTER, INTERACTIVE, "3", &Envelope::of(given_up.clone()).encode()).await;
    broker.publish(REGISTRATIONS_EXCHANGE, "no such lane", "4", b"nowhere to go").await;
    broker.publish(REGISTRATIONS_EXCHANGE, INTERACTIVE, "5", &Envelope::of(fine).encode()).await;

    let letters = oracle.dead_letters(5).await;
    let told: Vec<_> =
        letters.iter().map(|one| (one.reason.as_str(), one.lane.as_deref())).collect();
    assert_eq!(
        told,
        [
            ("delivery_limit", Some(INTERACTIVE)),
            ("invalid_registration", Some(INTERACTIVE)),
            ("undecodable", Some(INTERACTIVE)),
            ("unknown_version", Some(INTERACTIVE)),
            ("unrouted", None),
        ]
    );
    assert_eq!(letters[0].registration_id, Some(given_up.id));
    assert_eq!(letters[2].payload, b"not JSON", "as it came");
    wait::until("the neighbour is registered", async || {
        (oracle.students().await == 1).then_some(())
    })
    .await;
    for (reason, _) in told {
        let counted = format!("registration_dead_letters_total{{reason=\"{reason}\"}}");
        assert_eq!(worker.counted(&counted).await, 1, "{reason}");
    }
    let log = worker.program.log();
    assert!(!log.contains("example.com") && !log.contains("Lovelace"), "{log}");
}
