//! A trace survives the queue.

use std::sync::{Arc, Mutex};

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Sampler, SpanData, SpanExporter};
use tracing::info_span;
use tracing::subscriber::with_default;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

use super::*;
use crate::provider;

#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

/// The spans that `work` made, in the order they ended.
fn spans_of(work: impl FnOnce()) -> Vec<SpanData> {
    let exported = Exported::default();
    let tracers = provider::tracers(
        Resource::builder_empty().build(),
        Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
    )
    .with_simple_exporter(exported.clone())
    .build();
    let layer = tracing_opentelemetry::layer().with_tracer(tracers.tracer("test"));
    with_default(Registry::default().with(layer), work);
    exported.0.lock().unwrap().clone()
}

#[test]
fn what_is_injected_becomes_the_parent_on_the_other_side() {
    let spans = spans_of(|| {
        let mut headers = Headers::new();
        let send = info_span!("send");
        inject(&send, &mut headers);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["traceparent"]);
        drop(send);

        let _elsewhere = info_span!("elsewhere").entered();
        let process = info_span!("process");
        set_parent(&process, &extract(&headers));
        process.in_scope(|| {});
    });
    let (send, process) = (&spans[0], &spans[1]);
    assert_eq!((&*send.name, &*process.name), ("send", "process"));
    assert_eq!(process.span_context.trace_id(), send.span_context.trace_id());
    assert_eq!(process.parent_span_id, send.span_context.span_id());
    assert!(process.parent_span_is_remote);
}

const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// What a span passes on that is the child of the one in these headers.
fn passed_on(tracestate: &str) -> Headers {
    let received = Headers::from([
        ("traceparent".to_owned(), TRACEPARENT.to_owned()),
        ("tracestate".to_owned(), tracestate.to_owned()),
    ]);
    let mut headers = Headers::new();
    spans_of(|| {
        let span = info_span!("process");
        set_parent(&span, &extract(&received));
        inject(&span, &mut headers);
    });
    headers
}

#[test]
fn a_tracestate_travels_along() {
    assert_eq!(passed_on("vendor=value")["tracestate"], "vendor=value");
}

#[test]
fn a_tracestate_too_long_for_a_message_does_not_travel_and_its_trace_goes_on() {
    let long: Vec<_> = (0..32).map(|vendor| format!("v{vendor}={}", "x".repeat(200))).collect();
    let headers = passed_on(&long.join(","));
    assert!(!headers.contains_key("tracestate"));
    assert!(headers["traceparent"].starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
}

#[test]
fn missing_and_malformed_headers_carry_nothing() {
    for traceparent in [None, Some(""), Some("00-zz-1-01"), Some("garbage")] {
        let headers: Headers = traceparent
            .map(|value| ("traceparent".to_owned(), value.to_owned()))
            .into_iter()
            .collect();
        assert_eq!(span_in(&extract(&headers)), None, "{traceparent:?}");
    }
}

#[test]
fn a_parent_set_too_late_changes_nothing() {
    let headers = Headers::from([("traceparent".to_owned(), TRACEPARENT.to_owned())]);
    spans_of(|| {
        let span = info_span!("process");
        let before = context_of(&span);
        set_parent(&span, &extract(&headers));
        assert_eq!(context_of(&span), before);
    });
}

#[test]
fn a_batch_span_links_to_512_registrations() {
    let spans = spans_of(|| {
        let batch = info_span!("registration.batch");
        for _ in 0..512 {
            let process = info_span!("process");
            link(&batch, context_of(&process).unwrap());
        }
    });
    let batch = spans.iter().find(|span| span.name == "registration.batch").unwrap();
    assert_eq!(batch.links.len(), 512);
    assert_eq!(batch.links.dropped_count, 0);
}

#[test]
fn without_a_trace_there_is_nothing_to_tell() {
    let span = info_span!("no subscriber");
    let mut headers = Headers::new();
    inject(&span, &mut headers);
    assert!(headers.is_empty());
    assert_eq!(context_of(&span), None);
    set_parent(&span, &extract(&headers));
}
