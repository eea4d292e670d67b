use registrar_tests::exposition::Exposition;
use registrar_tests::student::Student;

use super::{INSERT, Observed, PROCESS, shows};

#[tokio::test(flavor = "multi_thread")]
async fn every_attempt_to_insert_is_in_the_trace_and_failed_ones_say_why() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    let (database, student) = (observed.database().await, Student::unique());
    let lock = database.lock(&student).await;
    let reference = api.accepted(&student).await;
    database.kill_the_inserting().await;
    database.kill_the_inserting().await;
    drop(lock);

    let tree = observed.journey(&reference, 1).await;
    println!("{tree}");
    let process = tree.only(PROCESS);
    let attempts = tree.named(INSERT);
    let failed: Vec<_> = attempts.iter().map(|span| span.is_error).collect();
    assert_eq!(failed, [true, true, false], "{tree}");
    assert!(attempts.iter().all(|attempt| attempt.parent_id == process.span_id));
    for attempt in &attempts[..2] {
        assert!(!attempt.attribute("error.type").is_empty(), "{tree}");
    }
    assert_eq!(attempts[2].attribute("error.type"), "");
    assert!(!process.is_error);
    assert_eq!(process.attribute("registration.outcome"), "registered");
    assert_eq!(process.attribute("registration.delivery_count"), "0");

    shows(&worker, "registration_retries_total{class=\"transient\"}", 2.0).await;
    let metrics = Exposition::parse(&worker.metrics().await);
    assert_eq!(metrics.value("registration_insert_seconds_count{result=\"error\"}"), Some(2.0));
    assert_eq!(metrics.value("registration_insert_seconds_count{result=\"ok\"}"), Some(1.0));
    let errors = metrics.samples().iter().filter(|(name, _)| name.starts_with("db_errors_total"));
    assert!(errors.map(|(_, count)| count).sum::<f64>() >= 2.0);
}
