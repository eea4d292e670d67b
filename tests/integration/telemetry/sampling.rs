use registrar_tests::api::id_of;
use registrar_tests::student::Student;
use registrar_tests::wait;
use serde_json::Value;

use super::{Observed, PROCESS, TRUSTING};

const TRACE_ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_a_trusted_proxy_does_not_record_is_logged_but_not_exported() {
    let observed = Observed::new().await;
    let debug = [("REGISTRAR_LOG", "registrar_worker=debug")];
    let (api, worker) = (observed.api_with(&[TRUSTING]).await, observed.worker_with(&debug).await);
    let request = api
        .register(&Student::unique())
        .header("traceparent", format!("00-{TRACE_ID}-00f067aa0ba902b7-00"));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let id = id_of(body["reference"].as_str().unwrap()).to_string();
    wait::until("the worker logs the registration", async || {
        let lines = worker.program.log_lines();
        let line = lines.iter().find(|line| line["registration_id"] == id.as_str())?;
        assert_eq!(line["trace_id"], TRACE_ID);
        Some(())
    })
    .await;
    // What comes later is exported later.
    observed.journey(&api.accepted(&Student::unique()).await, 1).await;
    assert!(observed.collector.trace(TRACE_ID).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_ratio_of_zero_nothing_is_exported_but_what_trusted_proxies_ask_for() {
    let observed = Observed::new().await;
    let none = [("OTEL_TRACES_SAMPLER_ARG", "0")];
    let api = observed.api_with(&[none[0], TRUSTING]).await;
    let _worker = observed.worker_with(&none).await;
    api.decided(&api.accepted(&Student::unique()).await).await;
    let asked_for = api
        .register(&Student::unique())
        .header("traceparent", format!("00-{TRACE_ID}-00f067aa0ba902b7-01"));
    let body: Value = asked_for.send().await.unwrap().json().await.unwrap();
    let tree = observed.journey(body["reference"].as_str().unwrap(), 1).await;
    assert!(tree.only(PROCESS).links.is_empty(), "a batch that is not recorded is no aim:\n{tree}");
    assert!(observed.collector.spans().iter().all(|span| span.trace_id == TRACE_ID));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_client_decides_neither_what_is_recorded_nor_in_which_trace() {
    let observed = Observed::new().await;
    for (ratio, flag) in [("1", "00"), ("0", "01")] {
        let settings = [("OTEL_TRACES_SAMPLER_ARG", ratio)];
        let mut api = observed.api_with(&settings).await;
        let mut worker = observed.worker_with(&settings).await;
        let request = api
            .register(&Student::unique())
            .header("traceparent", format!("00-{TRACE_ID}-00f067aa0ba902b7-{flag}"));
        let body: Value = request.send().await.unwrap().json().await.unwrap();
        let reference = body["reference"].as_str().unwrap();
        api.decided(reference).await;
        if ratio == "1" {
            let tree = observed.journey(reference, 1).await;
            let request = tree.only("POST /register");
            assert_eq!(request.parent_id, "", "it begins a trace of its own");
            let sender = (TRACE_ID.to_owned(), "00f067aa0ba902b7".to_owned());
            assert_eq!(request.links, [sender], "which says who sent it");
        }
        // At the end of a process everything is exported.
        for program in [&mut api.program, &mut worker.program] {
            program.terminate();
            assert!(program.ended().await.success(), "{}", program.log());
        }
    }
    let spans = observed.collector.spans();
    assert!(spans.iter().all(|span| span.trace_id != TRACE_ID));
    let requests = spans.iter().filter(|span| span.name == "POST /register");
    assert_eq!(requests.count(), 1, "the one of the ratio 1");
}
