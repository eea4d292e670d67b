use registrar_tests::exposition::Exposition;
use registrar_tests::student::Student;
use registrar_tests::worker::Worker;

use super::{INSERT, Observed, PROCESS, shows};

/// With two, a message that one requeues may be delivered to the other for a moment, which counts.
const ONE_WRITER: (&str, &str) = ("REGISTRAR_INTERACTIVE_WRITERS", "1");

const REDELIVERIES: &str = "registration_redeliveries_total{lane=\"interactive\"}";

fn outcomes(outcome: &str) -> String {
    format!("registration_outcomes_total{{code=\"\",lane=\"interactive\",outcome=\"{outcome}\"}}")
}

/// A worker is killed with the registration in hand, and another one gets it.
async fn redelivered_after_death(moment: &str, outcome: &str) {
    let observed = Observed::new().await;
    let api = observed.api().await;
    let reference = api.accepted(&Student::unique()).await;
    let mut deadly =
        Worker::begin(&observed.home.servers, &[("TEST_DIE", moment), ONE_WRITER]).await;
    assert!(!deadly.program.ended().await.success());
    let worker = observed.worker().await;

    let tree = observed.journey(&reference, 1).await;
    let process = tree.only(PROCESS);
    assert_eq!(process.parent_id, tree.only("send registrations:interactive").span_id);
    assert_eq!(process.attribute("registration.delivery_count"), "1");
    assert_eq!(process.attribute("registration.outcome"), "registered");
    assert!(!process.is_error);

    shows(&worker, &outcomes(outcome), 1.0).await;
    let metrics = Exposition::parse(&worker.metrics().await);
    assert_eq!(metrics.value(REDELIVERIES), Some(1.0));
    let other = if outcome == "registered" { "unchanged" } else { "registered" };
    assert_eq!(metrics.value(&outcomes(other)), Some(0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_comes_again_before_it_was_stored_keeps_its_trace() {
    redelivered_after_death("before_commit", "registered").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_comes_again_after_it_was_stored_keeps_its_trace() {
    redelivered_after_death("after_commit", "unchanged").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_was_requeued_shows_both_deliveries_in_one_trace() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker_with(&[ONE_WRITER]).await);
    let database = observed.database().await;
    let paused = "registration_worker_paused{lane=\"interactive\"}";
    shows(&worker, paused, 0.0).await;
    database.sql("RENAME TABLE students TO mislaid").await;
    let reference = api.accepted(&Student::unique()).await;
    shows(&worker, paused, 1.0).await;
    database.sql("RENAME TABLE mislaid TO students").await;

    let tree = observed.journey(&reference, 2).await;
    println!("{tree}");
    let [first, second] = tree.named(PROCESS)[..] else { panic!("{tree}") };
    assert!(first.is_error && !second.is_error);
    assert_eq!(first.attribute("registration.outcome"), "requeued");
    assert_eq!(first.attribute("error.type"), "operator_needed");
    assert_eq!(first.attribute("registration.delivery_count"), "0");
    assert_eq!(second.attribute("registration.outcome"), "registered");
    let counted = if observed.home.counts_requeues() { "1" } else { "0" };
    assert_eq!(second.attribute("registration.delivery_count"), counted);
    let [failed, done] = tree.named(INSERT)[..] else { panic!("{tree}") };
    assert_eq!((&failed.parent_id, &done.parent_id), (&first.span_id, &second.span_id));
    assert!(failed.is_error && !done.is_error);
    assert_eq!(failed.attribute("db.response.status_code"), "1146");
    shows(&worker, paused, 0.0).await;
    // More when something else of the worker has read the table, too.
    assert!(worker.counted("db_errors_total{class=\"system\",code=\"1146\"}").await >= 1);
}
