//! What a process sends to an OpenTelemetry collector. Telemetry is global to a process, so this
//! is one test in a binary of its own.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test; clippy knows only its test function as one"
)]

use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::resource::v1::Resource;
use registrar_runtime::config;
use registrar_telemetry::TelemetrySettings;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tracing::{info, info_span, warn};

#[derive(clap::Parser)]
struct Settings {
    #[command(flatten)]
    telemetry: TelemetrySettings,
}

#[derive(Clone, Default)]
struct Collector {
    traces: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    logs: Arc<Mutex<Vec<ExportLogsServiceRequest>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.logs.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

impl Collector {
    fn serve(&self) -> (String, impl Future<Output = Result<(), tonic::transport::Error>> + use<>) {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let endpoint = format!("http://{}", incoming.local_addr().unwrap());
        let serving = Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(LogsServiceServer::new(self.clone()))
            .serve_with_incoming(incoming);
        (endpoint, serving)
    }
}

fn attribute<'a>(resource: &'a Resource, key: &str) -> &'a str {
    let found = resource.attributes.iter().find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text,
        other => panic!("{key} is {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_queued_reaches_the_collector_at_the_shutdown_and_nothing_of_the_export_itself()
{
    let collector = Collector::default();
    let (endpoint, serving) = collector.serve();
    let serving = tokio::spawn(serving);
    let endpoint = format!("--otlp-endpoint={endpoint}");
    // Of what the export runs on, tower alone is enough to see and not too loud on stdout.
    let flags = ["test", &endpoint, "--log=info,tower=trace", "--log-format=text"];
    let settings = config::parse_from::<Settings>(flags).unwrap().telemetry;

    let running = registrar_telemetry::init("registrar-test", "1.2.3", &settings).unwrap();
    info_span!("request").in_scope(|| info_span!("insert").in_scope(|| info!(rows = 3, "stored")));
    warn!("outside any span");
    tokio::time::timeout(Duration::from_secs(10), running.shutdown()).await.unwrap();
    serving.abort();

    let traces = collector.traces.lock().unwrap();
    let spans: Vec<_> = traces
        .iter()
        .flat_map(|request| &request.resource_spans)
        .flat_map(|resource| &resource.scope_spans)
        .flat_map(|scope| &scope.spans)
        .collect();
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["insert", "request"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_id);

    let resource = traces[0].resource_spans[0].resource.as_ref().unwrap();
    assert_eq!(attribute(resource, "service.name"), "registrar-test");
    assert_eq!(attribute(resource, "service.version"), "1.2.3");
    assert_eq!(attribute(resource, "service.instance.id").len(), 36);

    let logs = collector.logs.lock().unwrap();
    let records: Vec<_> = logs
        .iter()
        .flat_map(|request| &request.resource_logs)
        .flat_map(|resource| &resource.scope_logs)
        .flat_map(|scope| &scope.log_records)
        .collect();
    assert_eq!(records.len(), 2, "{records:#?}");
    assert_eq!(records[0].trace_id, spans[0].trace_id);
    assert_eq!(records[0].span_id, spans[0].span_id);
    assert!(records[1].trace_id.is_empty());
}
