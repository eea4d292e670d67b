//! OpenTelemetry's own variables, as far as a collector sees them.

use std::time::Duration;

use registrar_tests::api::Api;
use registrar_tests::student::Student;

use super::{Observed, exporting};

const STOP: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_described_as_its_variables_say() {
    let observed = Observed::new().await;
    let settings = [
        ("OTEL_SERVICE_NAME", "admissions"),
        ("OTEL_RESOURCE_ATTRIBUTES", "service.instance.id=api-1,team=Student%20Affairs"),
        ("OTEL_TRACES_SAMPLER", "always_on"),
        // As if they were not set.
        ("OTEL_EXPORTER_OTLP_HEADERS", ""),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", ""),
    ];
    let api = observed.api_with(&settings).await;
    api.accepted(&Student::unique()).await;
    observed
        .collector
        .until("a span of it", |spans| {
            spans.iter().find(|span| span.service == "admissions").map(drop)
        })
        .await;
    let text = observed.collector.text();
    for value in ["api-1", "Student Affairs"] {
        assert!(text.contains(&format!("StringValue(\"{value}\")")), "{value} is not in {text}");
    }
    assert!(!text.contains("registrar-api"), "it has one name only");
    let lines = api.program.log_lines();
    assert!(lines.iter().all(|line| line["service"] == "admissions"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_is_not_exported() {
    let observed = Observed::new().await;
    let endpoint = observed.collector.endpoint();
    let begin = async |more: &[(&str, &str)]| {
        let settings = [&exporting(&endpoint), more].concat();
        let mut api = Api::start_with(&observed.home.servers, &settings).await;
        api.accepted(&Student::unique()).await;
        // What is queued is exported at the end.
        assert!(api.program.stop(STOP));
    };
    begin(&[("OTEL_SDK_DISABLED", "true")]).await;
    assert_eq!(observed.collector.text(), "");
    begin(&[("OTEL_TRACES_EXPORTER", "none")]).await;
    assert!(observed.collector.spans().is_empty());
    assert!(!observed.collector.log().is_empty());
    let records = observed.collector.log().len();
    begin(&[("OTEL_LOGS_EXPORTER", "none")]).await;
    assert!(!observed.collector.spans().is_empty());
    assert_eq!(observed.collector.log().len(), records);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_queued_reaches_the_collector_at_the_end_and_nothing_of_the_export_itself() {
    let observed = Observed::new().await;
    // Of what the export runs on, tower alone is enough to see and not too loud on stdout.
    let mut api = observed.api_with(&[("REGISTRAR_LOG", "info,tower=trace")]).await;
    api.accepted(&Student::unique()).await;
    assert!(api.program.stop(STOP));
    assert!(api.program.log().contains("\"target\":\"tower::"), "{}", api.program.log());
    let exported = observed.collector.text();
    assert!(exported.contains("POST /register") && exported.contains("stopping"), "{exported}");
    assert!(!exported.contains("tower::"), "{exported}");
}
