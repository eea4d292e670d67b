use registrar_domain::{Registration, RegistrationId, Student};
use registrar_messaging::{DEAD_LETTER, Envelope, REGISTRATIONS_EXCHANGE};
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
async fn what_cannot_be_registered_is_put_on_hold_with_its_reason_and_delays_nothing() {
    let home = Home::new().await;
    let (oracle, worker) =
        (Oracle::new(&home.servers.database_url), Worker::start(&home.servers).await);
    let broker = Broker::connect(&home.servers.amqp_url).await;
    let (given_up, fine) = (valid("given.up@example.com"), valid("fine@example.com"));
    let breaks_a_rule = br#"{"version":1,"registrations":[{"id":"0199d3c4-5a00-7000-8000-000000000001","first_name":"","last_name":"L","email":"ada@example.com","accepted_at":"2026-01-02T03:04:05Z"}],"import":null}"#;
    let to_the_lane: [&[u8]; 3] = [b"not JSON", br#"{"version":9}"#, breaks_a_rule];
    for (number, body) in to_the_lane.iter().enumerate() {
        broker.publish(REGISTRATIONS_EXCHANGE, INTERACTIVE, &number.to_string(), body).await;
    }
    broker
        .publish(
            DEAD_LETTER,
            INTERACTIVE,
            "3",
            &Envelope::from_registration(given_up.clone()).encode(),
        )
        .await;
    broker.publish(REGISTRATIONS_EXCHANGE, "no such lane", "4", b"nowhere to go").await;
    broker
        .publish(
            REGISTRATIONS_EXCHANGE,
            INTERACTIVE,
            "5",
            &Envelope::from_registration(fine).encode(),
        )
        .await;

    let dead_letters = oracle.dead_letters(5).await;
    let reasons: Vec<_> =
        dead_letters.iter().map(|one| (one.reason.as_str(), one.lane.as_deref())).collect();
    assert_eq!(
        reasons,
        [
            ("delivery_limit", Some(INTERACTIVE)),
            ("invalid_registration", Some(INTERACTIVE)),
            ("undecodable", Some(INTERACTIVE)),
            ("unknown_version", Some(INTERACTIVE)),
            ("unrouted", None),
        ]
    );
    assert_eq!(dead_letters[0].registration_id, Some(given_up.id));
    assert_eq!(dead_letters[2].payload, b"not JSON", "as it came");
    wait::until("the neighbour is registered", async || {
        (oracle.students().await == 1).then_some(())
    })
    .await;
    for (reason, _) in reasons {
        let counted = format!("registration_dead_letters_total{{reason=\"{reason}\"}}");
        worker.counts(&counted, 1).await;
    }
    let log = worker.program.log();
    assert!(!log.contains("example.com") && !log.contains("Lovelace"), "{log}");
}

/// Without the check each of these would crash one worker after the other, and on a last resort for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_makes_the_decoder_panic_is_put_on_hold_also_from_a_last_resort() {
    let home = Home::new().await;
    let oracle = Oracle::new(&home.servers.database_url);
    let settings = [("TEST_PANIC_OVER", "panicker@example.com")];
    let mut worker = Worker::start_with(&home.servers, &settings).await;
    let broker = Broker::connect(&home.servers.amqp_url).await;
    let panicking = ["1", "2", "3"].map(|_| valid("panicker@example.com"));
    let ways = [
        (REGISTRATIONS_EXCHANGE, INTERACTIVE),
        (DEAD_LETTER, INTERACTIVE),
        (REGISTRATIONS_EXCHANGE, "no such lane"),
    ];
    for (registration, (exchange, key)) in panicking.iter().zip(ways) {
        let id = registration.id.to_string();
        broker
            .publish(
                exchange,
                key,
                &id,
                &Envelope::from_registration(registration.clone()).encode(),
            )
            .await;
    }
    let fine = Envelope::from_registration(valid("fine@example.com")).encode();
    broker.publish(REGISTRATIONS_EXCHANGE, INTERACTIVE, "4", &fine).await;

    let dead_letters = oracle.dead_letters(3).await;
    let reasons: Vec<_> =
        dead_letters.iter().map(|one| (one.reason.as_str(), one.registration_id)).collect();
    let [on_lane, given_up, unrouted] = panicking.map(|one| Some(one.id));
    let expected = [("delivery_limit", given_up), ("undecodable", on_lane), ("unrouted", unrouted)];
    assert_eq!(reasons, expected);
    let fingerprint = "dead_letters WHERE fingerprint = 'undecodable:panic'";
    assert_eq!(oracle.count(fingerprint).await, 1);
    wait::until("the neighbour is registered", async || {
        (oracle.students().await == 1).then_some(())
    })
    .await;
    worker.program.terminate();
    assert!(worker.program.ended().await.success(), "it runs on all the time");
    let log = worker.program.log();
    assert!(log.contains("panicked") && !log.contains("example.com"), "{log}");
}
