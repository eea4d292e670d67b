//! The same traces as received by rotel, a collector that shares no code with this project, so that no
//! mistake is on both sides.

use std::fs;
use std::path::Path;

use registrar_local::{Rotel, UnpackedTools};
use registrar_tests::api::{Api, id_of};
use registrar_tests::collector::Span;
use registrar_tests::student::Student;
use registrar_tests::trace_tree::TraceTree;
use registrar_tests::worker::Worker;
use registrar_tests::{rotel_output, wait};

use super::journey::OUTLINE;
use super::{BATCH, PROCESS, exporting, whole_journey};
use crate::end_to_end::Home;

fn rotel() -> Rotel {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.local/tools");
    Rotel::start(&UnpackedTools::at(tools).rotel().unwrap()).unwrap()
}

/// A registration's journey and the span of its batch, as rotel wrote them down.
async fn observed(rotel: &Rotel, protocol: &str, endpoint: &str) -> (TraceTree, Span) {
    let home = Home::new().await;
    let settings =
        [&exporting(endpoint)[..], &[("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)]].concat();
    let _worker = Worker::start_with(&home.servers, &settings).await;
    let api = Api::start_with(&home.servers, &settings).await;
    let id = id_of(&api.accepted(&Student::unique()).await);
    wait::until(&format!("rotel has the trace of {id} by {protocol}"), async || {
        let spans = rotel_output::spans(&fs::read_to_string(rotel.log()).unwrap());
        let journey = whole_journey(&spans, id, 1)?;
        let batch = journey.only(PROCESS).links.first()?;
        let is_batch = |span: &&Span| span.context() == *batch && !span.links.is_empty();
        let batch = spans.iter().find(is_batch)?.clone();
        (journey.outline() == OUTLINE).then_some((journey, batch))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn another_collector_sees_one_trace_over_both_processes_and_links_both_ways() {
    let rotel = rotel();
    for (protocol, endpoint) in
        [("grpc", rotel.grpc_endpoint()), ("http/protobuf", rotel.http_endpoint())]
    {
        let (journey, batch) = observed(&rotel, protocol, &endpoint).await;
        println!("{protocol}\n{}", journey.outline());
        let process = journey.only(PROCESS);
        assert!(journey.spans().all(|span| span.trace_id == process.trace_id));
        assert_eq!(process.links, [batch.context()]);
        assert_eq!(batch.links, [process.context()]);
        assert_eq!((batch.name.as_str(), batch.service.as_str()), (BATCH, "registrar-worker"));
        assert_ne!(batch.trace_id, process.trace_id);
    }
}
