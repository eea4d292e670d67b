use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use registrar_tests::api::Api;
use registrar_tests::collector::{Collector, Span};
use registrar_tests::student::Student;

use super::{Home, next_message};

const TRACE_ID: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID: &str = "b7ad6b7169203331";

fn named<'a>(spans: &'a [Span], name: &str) -> Option<&'a Span> {
    spans.iter().find(|span| span.trace_id == TRACE_ID && span.name == name)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_one_trace_from_a_trusted_proxy_to_the_queue() {
    let home = Home::new().await;
    let collector = Collector::start().await;
    let endpoint = collector.endpoint();
    let trusted = ("REGISTRAR_TRUSTED_PROXIES", "127.0.0.1");
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), trusted];
    let api = Api::start_with(&home.servers, &settings).await;
    let traceparent = format!("00-{TRACE_ID}-{PARENT_ID}-01");
    let request = api.register(&Student::unique()).header("traceparent", traceparent);
    assert_eq!(request.send().await.unwrap().status(), 202);

    let (server, handler, send) = collector
        .until("the three spans are exported", |spans| {
            Some((
                named(spans, "POST /register")?.clone(),
                named(spans, "register_student_handler")?.clone(),
                named(spans, "send registrations:interactive")?.clone(),
            ))
        })
        .await;
    assert_eq!((server.kind, server.parent_id.as_str()), (SpanKind::Server, PARENT_ID));
    assert_eq!(server.attributes["http.route"], "/register");
    assert_eq!(server.attributes["http.response.status_code"], "202");
    assert_eq!((handler.kind, &handler.parent_id), (SpanKind::Internal, &server.span_id));
    assert_eq!((send.kind, &send.parent_id), (SpanKind::Producer, &handler.span_id));
    assert_eq!(send.attributes["messaging.system"], "rabbitmq");
    assert_eq!(send.attributes["messaging.operation.type"], "send");
    assert_eq!(send.attributes["messaging.destination.name"], "registrations:interactive");
    assert!(send.attributes.contains_key("messaging.message.id"));

    let message = next_message(&home.servers.amqp_url).await.unwrap();
    let headers = message.delivery.properties.headers().clone().unwrap();
    let carried = headers.inner()["traceparent"].as_long_string().unwrap().to_string();
    assert_eq!(carried, format!("00-{TRACE_ID}-{}-01", send.span_id));
}
