//! What the worker says of itself.

use registrar_tests::worker::Worker;

/// How many registrations of the interactive lane ended as registered.
pub(crate) async fn registered(worker: &Worker) -> usize {
    let selects = ["registration_outcomes_total{", "\"interactive\"", "\"registered\""];
    value(&worker.metrics().await, &selects)
}

/// How many were registered within 50 ms of their acceptance, commit and ack included.
pub(crate) async fn registered_within_50_ms(worker: &Worker) -> usize {
    let selects = [
        "registration_end_to_end_seconds_bucket{",
        "\"interactive\"",
        "\"registered\"",
        "le=\"0.05\"",
    ];
    value(&worker.metrics().await, &selects)
}

/// How many rows of imports were registered, and are counted for them.
pub(crate) async fn imported(worker: &Worker) -> usize {
    let metrics = worker.metrics().await;
    let counted = value(&metrics, &["registration_import_rows_total{", "\"registered\""]);
    let settled = ["registration_outcomes_total{", "\"bulk\"", "\"registered\""];
    counted.min(value(&metrics, &settled))
}

/// The value of the only line that holds all of these; 0 when it does not exist yet.
fn value(metrics: &str, selects: &[&str]) -> usize {
    let line = metrics.lines().find(|line| selects.iter().all(|part| line.contains(part)));
    line.map_or(0, |line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
}
