use std::collections::BTreeMap;

use registrar_tests::exposition::Exposition;
use registrar_tests::student::Student;
use registrar_tests::wait;

use super::{Observed, shows};

/// What counters and histograms' counts grew by, apart from what every process does all the time.
fn growth(before: &Exposition, after: &Exposition) -> BTreeMap<String, f64> {
    let is_event = |series: &&String| {
        let name = series.split('{').next().unwrap_or_default();
        let of_every_process = ["process_", "db_pool_"].iter().any(|own| name.starts_with(own));
        (name.ends_with("_total") || name.ends_with("_count")) && !of_every_process
    };
    let events = after.samples().iter().filter(|(series, _)| is_event(series));
    let grown =
        events.map(|(series, value)| (series.clone(), value - before.value(series).unwrap_or(0.0)));
    grown.filter(|(_, by)| *by != 0.0).collect()
}

fn expected(series: &[(&str, f64)]) -> BTreeMap<String, f64> {
    series.iter().map(|(series, by)| ((*series).to_owned(), *by)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn traffic_moves_exactly_the_metrics_that_it_should() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    observed.database().await.refuse("Refused").await;
    let api_before = Exposition::parse(&api.metrics().await);
    let worker_before = Exposition::parse(&worker.metrics().await);

    let student = Student::unique();
    observed.journey(&api.accepted(&student).await, 1).await;
    observed.journey(&api.accepted(&student).await, 1).await;
    let refused = Student { first_name: "Refused".to_owned(), ..Student::unique() };
    observed.journey(&api.accepted(&refused).await, 1).await;
    let invalid = Student { email: "no-at-sign".to_owned(), ..student };
    assert_eq!(api.register(&invalid).send().await.unwrap().status(), 422);
    assert_eq!(api.get("/registrations/0").send().await.unwrap().status(), 404);

    let http = |method: &str, route: &str, status: u16| {
        let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        format!("http_server_request_duration_seconds_count{{{labels}}}")
    };
    let metrics = Exposition::parse(&api.metrics().await);
    assert_eq!(
        growth(&api_before, &metrics),
        expected(&[
            (&http("POST", "/register", 202), 3.0),
            (&http("POST", "/register", 422), 1.0),
            (&http("GET", "/registrations/{reference}", 404), 1.0),
            ("registration_publish_confirm_seconds_count", 3.0),
            ("registration_published_total{lane=\"interactive\",result=\"confirmed\"}", 3.0),
            ("student_registration_requests_total{outcome=\"accepted\"}", 3.0),
            ("student_registration_requests_total{outcome=\"invalid\"}", 1.0),
        ])
    );
    assert_eq!(metrics.value("registration_publish_window_in_use"), Some(0.0));

    let metrics = Exposition::parse(&worker.metrics().await);
    let outcome = |outcome: &str, code: &str| {
        let labels = format!("code=\"{code}\",lane=\"interactive\",outcome=\"{outcome}\"");
        format!("registration_outcomes_total{{{labels}}}")
    };
    let end_to_end = |outcome: &str| {
        let labels = format!("lane=\"interactive\",outcome=\"{outcome}\"");
        format!("registration_end_to_end_seconds_count{{{labels}}}")
    };
    assert_eq!(
        growth(&worker_before, &metrics),
        expected(&[
            ("registration_batch_rows_count", 3.0),
            ("registration_dead_letters_total{reason=\"refused_by_database\"}", 1.0),
            (&end_to_end("on_hold"), 1.0),
            (&end_to_end("registered"), 1.0),
            (&end_to_end("rejected"), 1.0),
            ("registration_insert_seconds_count{result=\"ok\"}", 3.0),
            (&outcome("on_hold", "refused_by_database"), 1.0),
            (&outcome("registered", ""), 1.0),
            (&outcome("rejected", "email_already_registered"), 1.0),
            ("registration_queue_wait_seconds_count{lane=\"interactive\"}", 3.0),
        ])
    );
    assert_eq!(metrics.value("registration_batch_rows_sum"), Some(3.0));
    shows(&worker, "registration_dead_letters_held", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_in_hand_are_shown_while_they_are_stored() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    let student = Student::unique();
    let lock = observed.database().await.lock(&student).await;
    let reference = api.accepted(&student).await;
    shows(&worker, "registration_deliveries_in_hand{lane=\"interactive\"}", 1.0).await;
    shows(&worker, "db_pool_connections{pool=\"worker\",state=\"in_use\"}", 1.0).await;
    drop(lock);
    api.decided(&reference).await;
    shows(&worker, "registration_deliveries_in_hand{lane=\"interactive\"}", 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_counts_a_database_that_it_cannot_read() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    let reference = api.accepted(&Student::unique()).await;
    observed.database().await.sql("DROP TABLE students").await;
    assert_eq!(api.status(&reference).await["status"], "accepted");
    wait::until("the error is counted", async || {
        let metrics = Exposition::parse(&api.metrics().await);
        metrics
            .value("db_errors_total{class=\"system\",code=\"1146\"}")
            .filter(|count| *count > 0.0)
    })
    .await;
}
