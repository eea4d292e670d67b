//! An OpenTelemetry collector made of the published protobuf services: what it receives is what
//! the programs really export.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

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
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span as ProtoSpan;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

use crate::wait;

/// A span as it was received.
#[derive(Clone, Debug)]
pub struct Span {
    /// The service that made it.
    pub service: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: SpanKind,
    /// The trace it is in, in hexadecimal.
    pub trace_id: String,
    /// Its id, in hexadecimal.
    pub span_id: String,
    /// Its parent's id; empty for the first of a trace.
    pub parent_id: String,
    /// Its attributes, as text.
    pub attributes: BTreeMap<String, String>,
    /// The spans it links to, as trace id and span id.
    pub links: Vec<(String, String)>,
    /// Whether its status is an error.
    pub is_error: bool,
}

/// A running collector.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    received: Received,
    server: JoinHandle<()>,
}

#[derive(Clone, Debug, Default)]
struct Received {
    spans: Arc<Mutex<Vec<Span>>>,
    /// Every request as debug text, to search for what must not be in it.
    text: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    /// Starts a collector on a free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let received = Received::default();
        let services = Server::builder()
            .add_service(TraceServiceServer::new(received.clone()))
            .add_service(LogsServiceServer::new(received.clone()))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let server = tokio::spawn(async move { services.await.unwrap() });
        Self { address, received, server }
    }

    /// Where programs shall export to.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans of a trace that were received so far.
    pub fn trace(&self, trace_id: &str) -> Vec<Span> {
        let spans = self.received.spans.lock().unwrap();
        spans.iter().filter(|span| span.trace_id == trace_id).cloned().collect()
    }

    /// All spans that were received so far.
    pub fn spans(&self) -> Vec<Span> {
        self.received.spans.lock().unwrap().clone()
    }

    /// Waits until the received spans answer the question.
    pub async fn until<T>(&self, what: &str, question: impl Fn(&[Span]) -> Option<T>) -> T {
        wait::until(what, async || question(&self.spans())).await
    }

    /// Everything that was received, spans and logs, as text.
    pub fn text(&self) -> String {
        self.received.text.lock().unwrap().join("\n")
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[tonic::async_trait]
impl TraceService for Received {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let request = request.into_inner();
        self.text.lock().unwrap().push(format!("{request:?}"));
        for resource_spans in request.resource_spans {
            let resource = resource_spans.resource.unwrap_or_default();
            let service =
                attributes(resource.attributes).remove("service.name").unwrap_or_default();
            let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
            let spans = spans.map(|span| readable(service.clone(), span));
            self.spans.lock().unwrap().extend(spans);
        }
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Received {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        self.text.lock().unwrap().push(format!("{:?}", request.into_inner()));
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}

fn readable(service: String, span: ProtoSpan) -> Span {
    let is_error = span.status.as_ref().is_some_and(|status| status.code == 2);
    Span {
        service,
        kind: span.kind(),
        trace_id: hexadecimal(&span.trace_id),
        span_id: hexadecimal(&span.span_id),
        parent_id: hexadecimal(&span.parent_span_id),
        links: span
            .links
            .iter()
            .map(|link| (hexadecimal(&link.trace_id), hexadecimal(&link.span_id)))
            .collect(),
        attributes: attributes(span.attributes),
        name: span.name,
        is_error,
    }
}

fn attributes(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|one| (one.key, text(one.value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(truth)) => truth.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
