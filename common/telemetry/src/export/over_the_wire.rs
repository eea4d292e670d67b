//! Exports to real collectors: over gRPC and HTTP, with TLS and a private CA.

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use opentelemetry::trace::{Tracer as _, TracerProvider as _};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::Sampler;
use prost::Message as _;
use registrar_test_certificates::{Authority, Issued};
use tempfile::NamedTempFile;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

use super::exporters;
use crate::provider;
use crate::settings::tests::settings;

/// The names of the spans of an export, and the header that logs in.
type Received = (Vec<String>, Option<String>);

#[derive(Clone)]
struct Collector(UnboundedSender<Received>);

impl Collector {
    fn receive(&self, request: &ExportTraceServiceRequest, authorization: Option<&str>) {
        let scopes = request.resource_spans.iter().flat_map(|resource| &resource.scope_spans);
        let names = scopes.flat_map(|scope| &scope.spans).map(|span| span.name.clone()).collect();
        self.0.send((names, authorization.map(ToOwned::to_owned))).unwrap();
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let authorization = request.metadata().get("authorization").cloned();
        let authorization = authorization.as_ref().map(|value| value.to_str().unwrap());
        self.receive(request.get_ref(), authorization);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

async fn take(
    State(collector): State<Collector>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Vec<u8> {
    assert_eq!(uri.path(), "/v1/traces");
    assert_eq!(headers["content-type"], "application/x-protobuf");
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    collector.receive(&request, headers.get("authorization").map(|value| value.to_str().unwrap()));
    ExportTraceServiceResponse::default().encode_to_vec()
}

/// A collector of gRPC with TLS; with a CA, only for clients that it knows. Returns its port.
fn grpc(server: &Issued, clients: Option<&Authority>) -> (u16, UnboundedReceiver<Received>) {
    let (sender, receiver) = unbounded_channel();
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = incoming.local_addr().unwrap().port();
    let identity = Identity::from_pem(&server.certificate, &server.key);
    let tls = ServerTlsConfig::new().identity(identity);
    let tls = match clients {
        Some(authority) => tls.client_ca_root(Certificate::from_pem(&authority.certificate)),
        None => tls,
    };
    let serving = Server::builder()
        .tls_config(tls)
        .unwrap()
        .add_service(TraceServiceServer::new(Collector(sender)))
        .serve_with_incoming(incoming);
    tokio::spawn(serving);
    (port, receiver)
}

struct TlsListener {
    tcp: TcpListener,
    tls: TlsAcceptor,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let (stream, address) = self.tcp.accept().await.unwrap();
            if let Ok(stream) = self.tls.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// A collector of HTTP, with TLS if it has a certificate. Returns its port.
async fn http(server: Option<&Issued>) -> (u16, UnboundedReceiver<Received>) {
    let (sender, receiver) = unbounded_channel();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = tcp.local_addr().unwrap().port();
    let routes = Router::new().fallback(take).with_state(Collector(sender));
    match server {
        None => drop(tokio::spawn(axum::serve(tcp, routes).into_future())),
        Some(server) => {
            let certificate = CertificateDer::from_pem_slice(server.certificate.as_bytes());
            let key = PrivateKeyDer::from_pem_slice(server.key.as_bytes());
            let config = ServerConfig::builder()
                .with_no_client_auth()
                .with_single_cert(vec![certificate.unwrap()], key.unwrap());
            let listener = TlsListener { tcp, tls: Arc::new(config.unwrap()).into() };
            drop(tokio::spawn(axum::serve(listener, routes).into_future()));
        }
    }
    (port, receiver)
}

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn path(file: &NamedTempFile) -> &str {
    file.path().to_str().unwrap()
}

/// Exports one span as a process with these settings does, from the queue's own thread.
async fn export(flags: &[String]) {
    let flags: Vec<_> = flags.iter().map(String::as_str).collect();
    let settings = settings(&flags).opentelemetry;
    let exporters = exporters(&settings).unwrap();
    let queue = provider::span_queue(exporters.spans.unwrap(), settings.span_delay);
    let resource = Resource::builder_empty().build();
    let tracers = provider::tracers(resource, Sampler::AlwaysOn).with_span_processor(queue).build();
    drop(tracers.tracer("test").start("exported"));
    let end = move || tracers.shutdown_with_timeout(Duration::from_secs(20));
    // Whether it worked, the collector knows.
    drop(tokio::task::spawn_blocking(end).await.unwrap());
}

fn one_span(authorization: Option<&str>) -> Received {
    (vec!["exported".to_owned()], authorization.map(ToOwned::to_owned))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grpc_with_tls_reaches_a_collector_whose_private_ca_is_named() {
    let authority = Authority::new();
    let (port, mut received) = grpc(&authority.issue("localhost"), None);
    let ca = file(&authority.certificate);
    export(&[
        format!("--otlp-endpoint=https://localhost:{port}"),
        format!("--otlp-certificate={}", path(&ca)),
        "--otlp-headers=authorization=Bearer%20hunter2".to_owned(),
    ])
    .await;
    assert_eq!(received.try_recv(), Ok(one_span(Some("Bearer hunter2"))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_without_a_trusted_certificate_gets_nothing() {
    let (named, other) = (Authority::new(), Authority::new());
    let ca = file(&named.certificate);
    let server = other.issue("localhost");
    let (over_grpc, mut by_grpc) = grpc(&server, None);
    let (over_http, mut by_http) = http(Some(&server)).await;
    for (protocol, port) in [("grpc", over_grpc), ("http/protobuf", over_http)] {
        export(&[
            format!("--otlp-endpoint=https://localhost:{port}"),
            format!("--otlp-protocol={protocol}"),
            format!("--otlp-certificate={}", path(&ca)),
            "--otlp-timeout=500".to_owned(),
        ])
        .await;
    }
    assert!(by_grpc.try_recv().is_err() && by_http.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_that_asks_for_a_certificate_is_shown_one() {
    let (servers, clients) = (Authority::new(), Authority::new());
    let (port, mut received) = grpc(&servers.issue("localhost"), Some(&clients));
    let client = clients.issue("api.example");
    let (ca, certificate, key) =
        (file(&servers.certificate), file(&client.certificate), file(&client.key));
    export(&[
        format!("--otlp-endpoint=https://localhost:{port}"),
        format!("--otlp-certificate={}", path(&ca)),
        format!("--otlp-client-certificate={}", path(&certificate)),
        format!("--otlp-client-key={}", path(&key)),
    ])
    .await;
    assert_eq!(received.try_recv(), Ok(one_span(None)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn http_reaches_a_collector_with_and_without_tls() {
    let authority = Authority::new();
    let ca = file(&authority.certificate);
    let server = authority.issue("localhost");
    for (scheme, server) in [("http", None), ("https", Some(&server))] {
        let (port, mut received) = http(server).await;
        export(&[
            format!("--otlp-endpoint={scheme}://localhost:{port}/"),
            "--otlp-protocol=http/protobuf".to_owned(),
            format!("--otlp-certificate={}", path(&ca)),
            "--otlp-headers=authorization=Bearer%20hunter2".to_owned(),
        ])
        .await;
        assert_eq!(received.try_recv(), Ok(one_span(Some("Bearer hunter2"))), "{scheme}");
    }
}
