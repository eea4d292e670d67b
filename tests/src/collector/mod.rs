//! An OpenTelemetry collector made of the published protobuf services: what it receives is what
//! the programs really export.

mod attributes;
mod log_record;
mod span;

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
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::Server;
use tonic::{Request, Response, Status};

pub use self::log_record::LogRecord;
pub use self::span::Span;
use crate::wait;

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
    log: Arc<Mutex<Vec<LogRecord>>>,
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

    /// All log records that were received so far.
    pub fn log(&self) -> Vec<LogRecord> {
        self.received.log.lock().unwrap().clone()
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
            let service = attributes::service(resource);
            let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
            let spans = spans.map(|span| Span::read(&service, span));
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
        let request = request.into_inner();
        self.text.lock().unwrap().push(format!("{request:?}"));
        for resource_logs in request.resource_logs {
            let service = attributes::service(resource_logs.resource.unwrap_or_default());
            let records = resource_logs.scope_logs.into_iter().flat_map(|scope| scope.log_records);
            let records = records.map(|record| LogRecord::read(&service, record));
            self.log.lock().unwrap().extend(records);
        }
        Ok(Response::new(ExportLogsServiceResponse::default()))
    }
}
