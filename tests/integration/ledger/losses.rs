//! Messages that an operator purges by mistake.

use registrar_domain::Lane;
use registrar_messaging::queue_for;
use registrar_tests::api::Api;
use registrar_tests::broker::Broker;
use registrar_tests::student::Student;
use registrar_tests::wait;
use registrar_tests::worker::Worker;
use serde_json::Value;

use super::ledger;
use crate::end_to_end::Home;

const QUEUE: &str = queue_for(Lane::Interactive);

#[tokio::test(flavor = "multi_thread")]
async fn messages_purged_by_mistake_are_unaccounted_for_and_the_rest_is_not() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let before = api.accepted(&Student::unique()).await;
    let mut worker = Worker::start(&home.servers).await;
    api.decided(&before).await;
    // If it were killed between the outcome and the ack, its message would be purged as well.
    worker.program.terminate();
    assert!(worker.program.ended().await.success());
    for _ in 0..7 {
        api.accepted(&Student::unique()).await;
    }
    assert_eq!(Broker::connect(&home.servers.amqp_url).await.purge(QUEUE).await, 7);

    let worker = Worker::start(&home.servers).await;
    let after = api.accepted(&Student::unique()).await;
    api.decided(&after).await;
    let (code, lane) = known(&home, [9, 2, 7]).await;
    assert_eq!(code, Some(1));
    assert_eq!((&lane["in_flight"], &lane["in_doubt"]), (&0.into(), &0.into()), "{lane}");
    wait::until("the alarm is raised", async || {
        let gauge = r#"registration_unaccounted{lane="interactive"}"#;
        (worker.counted(gauge).await == 7).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_while_no_worker_runs_is_in_flight() {
    let home = Home::new().await;
    let api = Api::start(&home.servers).await;
    let worker = Worker::start(&home.servers).await;
    let first = api.accepted(&Student::unique()).await;
    api.decided(&first).await;
    drop(worker);
    for _ in 0..5 {
        api.accepted(&Student::unique()).await;
    }
    let (code, said) = ledger(&home.servers).await;
    assert_eq!((code, &said["unaccounted"]), (Some(0), &0.into()), "{said}");
    let _worker = Worker::start(&home.servers).await;
    assert_eq!(known(&home, [6, 6, 0]).await.0, Some(0));
}

/// Waits until the ledger says that so many were confirmed, settled and lost; its exit code, and what it
/// says of the lane.
async fn known(home: &Home, expected: [u64; 3]) -> (Option<i32>, Value) {
    wait::until(format!("the ledger knows of {expected:?}"), async || {
        let (code, said) = ledger(&home.servers).await;
        let lane = said["lanes"]["interactive"].clone();
        let known = ["confirmed", "settled", "unaccounted"].map(|figure| lane[figure].as_u64());
        (known == expected.map(Some)).then_some((code, lane))
    })
    .await
}
