use std::collections::BTreeMap;

use registrar_tests::api::id_of;
use registrar_tests::collector::Span;
use registrar_tests::student::Student;

use super::{BATCH, INSERT, Observed, PROCESS, SEND, TRUSTING};

pub(super) const OUTLINE: &str = "\
POST /register [SERVER, registrar-api]
  register_student_handler [INTERNAL, registrar-api]
    send registrations:interactive [PRODUCER, registrar-api]
      process registrations:interactive:registrations.interactive [CONSUMER, registrar-worker]
        db_insert_student [CLIENT, registrar-worker]
";

fn has_exactly(span: &Span, attributes: &[(&str, &str)]) {
    let expected: BTreeMap<String, String> =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(span.attributes, expected, "{}", span.name);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_trace_shows_the_whole_way_of_a_registration() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api().await, observed.worker().await);
    let reference = api.accepted(&Student::unique()).await;
    let tree = observed.journey(&reference, 1).await;
    println!("{tree}");
    assert_eq!(tree.outline(), OUTLINE);

    let id = id_of(&reference).to_string();
    let size = tree.only(SEND).attribute("messaging.message.body.size");
    assert!(size.parse::<usize>().unwrap() > 100, "{size}");
    has_exactly(
        tree.only("POST /register"),
        &[
            ("http.request.method", "POST"),
            ("http.response.status_code", "202"),
            ("http.route", "/register"),
            ("url.path", "/register"),
            ("url.scheme", "http"),
        ],
    );
    has_exactly(tree.only("register_student_handler"), &[]);
    has_exactly(
        tree.only(SEND),
        &[
            ("messaging.destination.name", "registrations:interactive"),
            ("messaging.message.body.size", size),
            ("messaging.message.id", &id),
            ("messaging.operation.name", "send"),
            ("messaging.operation.type", "send"),
            ("messaging.rabbitmq.destination.routing_key", "interactive"),
            ("messaging.system", "rabbitmq"),
        ],
    );
    has_exactly(
        tree.only(PROCESS),
        &[
            ("messaging.destination.name", "registrations:interactive:registrations.interactive"),
            ("messaging.message.body.size", size),
            ("messaging.message.id", &id),
            ("messaging.operation.name", "process"),
            ("messaging.operation.type", "process"),
            ("messaging.rabbitmq.destination.routing_key", "interactive"),
            ("messaging.rabbitmq.message.delivery_tag", "1"),
            ("messaging.system", "rabbitmq"),
            ("registration.delivery_count", "0"),
            ("registration.outcome", "registered"),
        ],
    );
    has_exactly(
        tree.only(INSERT),
        &[
            ("db.collection.name", "students"),
            ("db.operation.name", "INSERT"),
            ("db.query.summary", "INSERT students"),
            ("db.system.name", "mysql"),
            ("registration.batch_rows", "1"),
        ],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_and_its_message_link_to_each_other() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api().await, observed.worker().await);
    let tree = observed.journey(&api.accepted(&Student::unique()).await, 1).await;
    let process = tree.only(PROCESS);
    let batch = observed.batch_of(process).await;
    assert_eq!((batch.name.as_str(), batch.service.as_str()), (BATCH, "registrar-worker"));
    assert_eq!((batch.kind.as_str_name(), batch.parent_id.as_str()), ("SPAN_KIND_INTERNAL", ""));
    assert_eq!((&batch.links, process.links.len()), (&vec![process.context()], 1));
    has_exactly(
        &batch,
        &[
            ("messaging.batch.message_count", "1"),
            ("messaging.destination.name", "registrations:interactive:registrations.interactive"),
            ("messaging.system", "rabbitmq"),
        ],
    );
    let own = observed.collector.trace(&batch.trace_id);
    let own = own.iter().map(|span| (span.name.as_str(), span.parent_id.as_str()));
    assert_eq!(own.collect::<Vec<_>>(), [(INSERT, batch.span_id.as_str()), (BATCH, "")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_trace_of_a_trusted_proxy_goes_on_through_both_processes() {
    let observed = Observed::new().await;
    let (api, _worker) = (observed.api_with(&[TRUSTING]).await, observed.worker().await);
    let (trace_id, span_id) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let request = api
        .register(&Student::unique())
        .header("traceparent", format!("00-{trace_id}-{span_id}-01"))
        .header("tracestate", "client=here");
    let body: serde_json::Value = request.send().await.unwrap().json().await.unwrap();
    let tree = observed.journey(body["reference"].as_str().unwrap(), 1).await;
    assert_eq!(tree.outline(), OUTLINE);
    let request = tree.only("POST /register");
    assert_eq!((request.trace_id.as_str(), request.parent_id.as_str()), (trace_id, span_id));
}
