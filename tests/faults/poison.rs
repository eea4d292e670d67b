use registrar_messaging::REGISTRATIONS_EXCHANGE;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::scene::{REFUSED_BY_DATABASE, Scene, play};

const CRASHES_WORKERS: &str = "Crasher";
const LANE: &str = "interactive";
const PANICS_THE_DECODER: &str = "Panicker";
const KINDS: usize = 5;

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

        let (_worker, deaths) = started_until_all_is_on_hold(&scene).await;
        assert!(deaths > SUSPECTED_FROM, "{deaths}");
        let dead_letters = scene.oracle.dead_letters(KINDS).await;
        let mut reasons: Vec<_> =
            dead_letters.iter().map(|one| (one.reason.as_str(), one.registration_id)).collect();
        reasons.sort_unstable();
        assert_eq!(
            reasons,
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

fn named(first_name: &str) -> Student {
    Student { first_name: first_name.to_owned(), ..Student::unique() }
}

/// As an orchestrator does, starts a worker again whenever it dies. The last one, and how many died.
async fn started_until_all_is_on_hold(scene: &Scene) -> (Worker, usize) {
    let mut deaths = 0;
    loop {
        let settings = [("TEST_DIE_OF", CRASHES_WORKERS), ("TEST_PANIC_OVER", PANICS_THE_DECODER)];
        let mut worker = Worker::begin(&scene.servers, &settings).await;
        tokio::select! {
            _ = worker.program.ended() => deaths += 1,
            _ = scene.oracle.dead_letters(KINDS) => return (worker, deaths),
        }
    }
}
