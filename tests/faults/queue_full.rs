use registrar_domain::Lane;
use registrar_messaging::queue_for;
use registrar_tests::load::Load;
use registrar_tests::worker::Worker;
use serde_json::json;
use tokio::task::block_in_place;

use super::scene::play;

const CROWD: usize = 64;
const POLICY: &str = "too small";

#[tokio::test(flavor = "multi_thread")]
async fn when_the_queue_is_full_each_refusal_reaches_its_own_request() {
    play(async |scene| {
        let management = scene.pair.broker.management();
        let pattern = format!("^{}$", queue_for(Lane::Interactive).replace('.', "\\."));
        let few = json!({ "max-length": 20 });
        block_in_place(|| management.set_policy("/", POLICY, &pattern, &few)).unwrap();
        // One row at a time, so that the queue is full at one moment and not at the next.
        let slow = [("REGISTRAR_BATCH_ROWS", "1"), ("REGISTRAR_INTERACTIVE_WRITERS", "1")];
        let _worker = Worker::start_with(&scene.servers, &slow).await;
        let load = Load::start_mixed(&scene.api.url, CROWD);
        for _ in 0..10 {
            load.accepts(50).await;
            load.refuses(50).await;
        }
        block_in_place(|| management.delete_policy("/", POLICY)).unwrap();
        let recovered_in = load.recovers(&scene.oracle).await;
        let refused = load.refused();
        // No client repeats: a refused student must have no row, which the count of students shows.
        let answers = load.abandon().await;
        let published = async |result: &str| {
            let labels = format!(r#"{{lane="interactive",result="{result}"}}"#);
            scene.api.counted(&format!("registration_published_total{labels}")).await
        };
        assert_eq!(published("unknown").await, 0, "each refusal is certain");
        assert!(published("refused").await >= refused, "and the broker's");
        assert_eq!(published("confirmed").await, answers.accepted.len());
        let tally = scene.verdict_on("queue full", answers, recovered_in).await;
        assert_eq!(tally.on_hold, 0, "{tally}");
    })
    .await;
}
