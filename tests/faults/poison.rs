use registrar_domain::{Registration, RegistrationId};
use registrar_messaging::{Envelope, REGISTRATIONS_EXCHANGE};
use registrar_tests::broker::Broker;
use registrar_tests::oracle::DeadLetter;
use registrar_tests::program::Program;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::scene::{REFUSED_BY_DATABASE, Scene, play};

const CRASHES_WORKERS: &str = "Crasher";
const LANE: &str = "interactive";
const PANICS_THE_DECODER: &str = "Panicker";
const KINDS: usize = 5;
/// The most registrations that the API puts into one message.
const GROUP: usize = 32;

/// From the third redelivery on a message is suspected to be a poison message, and processed alone.
const SUSPECTED_FROM: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn poison_messages_of_every_kind_go_on_hold_and_no_other_message_does() {
    play(async |scene| {
        scene.refuse_rows().await;
        let load = scene.load();
        // There is no worker yet, so that poison and neighbours share batches.
        load.accepts(100).await;
        let refused = scene.accepted(&named(REFUSED_BY_DATABASE)).await;
        let broker = Broker::connect(&scene.servers.amqp_url).await;
        broker.publish(REGISTRATIONS_EXCHANGE, LANE, "1", b"not JSON").await;
        let panicking = scene.accepted(&named(PANICS_THE_DECODER)).await;
        load.accepts(100).await;
        broker.publish(REGISTRATIONS_EXCHANGE, LANE, "2", br#"{"version":9}"#).await;
        let deadly = scene.accepted(&named(CRASHES_WORKERS)).await;
        load.accepts(100).await;

        let (_worker, deaths) = started_until_are_on_hold(&scene, KINDS).await;
        assert!(deaths > SUSPECTED_FROM, "{deaths}");
        let dead_letters = scene.oracle.dead_letters(KINDS).await;
        assert_eq!(
            reasons(&dead_letters),
            [
                ("delivery_limit", Some(deadly)),
                ("refused_by_database", Some(refused)),
                ("undecodable", None),
                ("undecodable", Some(panicking)),
                ("unknown_version", None),
            ]
        );
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        let answers = load.stop().await.and(&[deadly, refused, panicking]).and_unnumbered(2);
        // The API may have sent these two with others.
        let answers = answers.and_split(2 * GROUP);
        let tally = scene.verdict_on("poison messages of every kind", answers, recovered_in).await;
        assert_eq!(tally.on_hold, 3, "{tally}");
        assert_eq!(
            scene.oracle.dead_letters(KINDS).await,
            dead_letters,
            "and nothing came after them"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_registration_among_several_of_a_message_goes_on_hold_and_no_other_does() {
    play(async |scene| {
        let load = scene.load();
        load.accepts(100).await;
        let broker = Broker::connect(&scene.servers.amqp_url).await;
        let (deadly, panicking) = (group_with(CRASHES_WORKERS), group_with(PANICS_THE_DECODER));
        for group in [&deadly, &panicking] {
            broker.publish(REGISTRATIONS_EXCHANGE, LANE, "several", &group.encode()).await;
        }
        load.accepts(100).await;

        let (_worker, deaths) = started_until_are_on_hold(&scene, 2).await;
        assert!(deaths > 2 * SUSPECTED_FROM, "with the others, and then alone: {deaths}");
        let dead_letters = scene.oracle.dead_letters(2).await;
        let poison = |group: &Envelope| Some(group.registrations[GROUP / 2].id);
        let expected = [("delivery_limit", poison(&deadly)), ("undecodable", poison(&panicking))];
        assert_eq!(reasons(&dead_letters), expected);
        let recovered_in = load.recovers(&scene.oracle).await;
        load.accepts(500).await;
        let registrations = deadly.registrations.iter().chain(&panicking.registrations);
        let ids: Vec<_> = registrations.map(|registration| registration.id).collect();
        // The messages that they are split into are numbered, perhaps twice.
        let answers = load.stop().await.and(&ids).and_split(4 * GROUP);
        let tally = scene
            .verdict_on("a poison registration among several of a message", answers, recovered_in)
            .await;
        assert_eq!(tally.on_hold, 2, "{tally}");
        assert_eq!(scene.oracle.dead_letters(2).await, dead_letters, "and nothing came after them");
    })
    .await;
}

/// As many as the API puts into one message, with one of this first name.
fn group_with(first_name: &str) -> Envelope {
    let registration = |position| {
        let student = if position == GROUP / 2 { named(first_name) } else { Student::unique() };
        let Student { first_name, last_name, email } = student;
        let student = registrar_domain::Student::parse(&first_name, &last_name, &email).unwrap();
        Registration::now(RegistrationId::generate(), student)
    };
    Envelope { registrations: (0..GROUP).map(registration).collect(), import: None }
}

fn reasons(dead_letters: &[DeadLetter]) -> Vec<(&str, Option<RegistrationId>)> {
    let reasons = dead_letters.iter().map(|one| (one.reason.as_str(), one.registration_id));
    let mut reasons: Vec<_> = reasons.collect();
    reasons.sort_unstable();
    reasons
}

fn named(first_name: &str) -> Student {
    Student { first_name: first_name.to_owned(), ..Student::unique() }
}

/// As an orchestrator does, starts a worker again whenever it dies. The last one, and how many died.
async fn started_until_are_on_hold(scene: &Scene, count: usize) -> (Program, usize) {
    let mut deaths = 0;
    loop {
        let settings = [("TEST_DIE_OF", CRASHES_WORKERS), ("TEST_PANIC_OVER", PANICS_THE_DECODER)];
        let mut worker = Worker::launch(&scene.servers, &settings);
        tokio::select! {
            _ = worker.ended() => deaths += 1,
            _ = scene.oracle.dead_letters(count) => return (worker, deaths),
        }
    }
}
