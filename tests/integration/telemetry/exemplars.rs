//! Exemplars: from a point in a graph to its trace.

use registrar_tests::exposition::{exemplars, open_metrics};
use registrar_tests::student::Student;

use super::{INSERT, Observed, PROCESS, SEND, together};
use crate::end_to_end::Home;

/// The histograms of one registration, with the labels that it has in each.
const OF_A_REGISTRATION: [(&str, &str); 2] = [
    ("registration_queue_wait_seconds", "lane=\"interactive\""),
    ("registration_end_to_end_seconds", "lane=\"interactive\",outcome=\"registered\""),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_the_exemplar_of_every_histogram_that_counts_it() {
    let observed = Observed::new().await;
    let (api, worker) = (observed.api().await, observed.worker().await);
    let tree = observed.journey(&api.accepted(&Student::unique()).await, 1).await;
    let trace_id = &tree.only(PROCESS).trace_id;

    let shown = open_metrics(&api.admin_url).await;
    for (histogram, labels) in [
        (
            "http_server_request_duration_seconds",
            "method=\"POST\",route=\"/register\",status=\"202\"",
        ),
        ("registration_publish_confirm_seconds", ""),
    ] {
        assert_eq!(exemplars(&shown, histogram, &[labels]), [trace_id.as_str()], "{histogram}");
    }
    let shown = open_metrics(&worker.admin_url).await;
    for (histogram, labels) in OF_A_REGISTRATION {
        assert_eq!(exemplars(&shown, histogram, &[labels]), [trace_id.as_str()], "{histogram}");
    }
    // These are the batch's, which links to its registrations.
    let batch = observed.batch_of(tree.only(PROCESS)).await;
    for (histogram, labels) in
        [("registration_batch_rows", ""), ("registration_insert_seconds", "result=\"ok\"")]
    {
        assert_eq!(exemplars(&shown, histogram, &[labels]), [batch.trace_id.as_str()]);
    }
    assert_eq!(tree.only(INSERT).trace_id, tree.only(SEND).trace_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_registration_of_a_batch_is_an_exemplar_by_its_own_trace() {
    let observed = Observed::new().await;
    let api = observed.api().await;
    // A worker begins with one message (probing), and reads whole batches after it.
    api.accepted(&Student::unique()).await;
    let (earlier, later) =
        (api.accepted(&Student::unique()).await, api.accepted(&Student::unique()).await);
    let worker = observed.worker_with(&together("2")).await;
    let mut traces = Vec::new();
    for reference in [&earlier, &later] {
        let tree = observed.journey(reference, 1).await;
        assert_eq!(tree.only(INSERT).attribute("registration.batch_rows"), "2");
        traces.push(tree.only(PROCESS).trace_id.clone());
    }
    let shown = open_metrics(&worker.admin_url).await;
    for (histogram, labels) in OF_A_REGISTRATION {
        let shown = exemplars(&shown, histogram, &[labels]);
        assert!(shown.contains(&traces[1]), "the last of the batch: {histogram}, {shown:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_is_not_recorded_is_no_exemplar() {
    let home = Home::new().await;
    let api = registrar_tests::api::Api::start(&home.servers).await;
    let worker = registrar_tests::worker::Worker::start(&home.servers).await;
    api.decided(&api.accepted(&Student::unique()).await).await;
    for url in [&api.admin_url, &worker.admin_url] {
        let shown = open_metrics(url).await;
        assert!(!shown.contains(" # {"), "{shown}");
    }
}
