//! Carrying a trace across the queue, as W3C trace context headers.

use std::collections::BTreeMap;

pub use opentelemetry::Context;
pub use opentelemetry::context::FutureExt;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::TraceContextExt;
pub use opentelemetry::trace::{SpanContext, TraceId};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::{OpenTelemetrySpanExt, SetParentError};

use crate::text::push_ids;

/// What is longer does not travel: message headers must fit into one frame of AMQP. The W3C asks for
/// 512 characters of tracestate at least (Trace Context, section 3.3.1.5).
const LONGEST_HEADER: usize = 4_096;
const TRACEPARENT_BYTES: usize = 55;

/// Text headers by name, as `traceparent` and `tracestate` travel in.
pub type Headers = BTreeMap<String, String>;

pub(super) fn w3c() -> TraceContextPropagator {
    TraceContextPropagator::new()
}

/// Writes the context of `span` into `headers`; nothing when the span is in no trace.
pub fn inject(span: &Span, headers: &mut Headers) {
    if let Some(span) = context_of(span) {
        inject_context(&span, headers);
    }
}

/// The context that `headers` carry; an empty one when they carry none or it is malformed.
pub fn extract(headers: &Headers) -> Context {
    w3c().extract_with_context(&Context::new(), &Reader(headers))
}

/// The span that `context` names, for [`link`]; `None` when it names none.
pub fn span_in(context: &Context) -> Option<SpanContext> {
    let span = context.span().span_context().clone();
    span.is_valid().then_some(span)
}

/// Makes `span` a child of the remote span in `parent`. Call it before the span is entered and
/// before its context is read; later it has no effect, which is logged as the mistake it is.
pub fn set_parent(span: &Span, parent: &Context) {
    match span.set_parent(parent.clone()) {
        // A span without the layer is in no trace at all, so it needs no parent.
        Ok(()) | Err(SetParentError::LayerNotFound | SetParentError::SpanDisabled) => {}
        Err(error @ SetParentError::AlreadyStarted) => {
            tracing::error!(%error, "a trace was torn: set the parent before entering the span");
        }
    }
}

/// Says that `span` has to do with `other` without being its child; for work that many share.
pub fn link(span: &Span, other: SpanContext) {
    span.add_link(other);
}

/// The context of `span`, for [`link`]; `None` when it is in no trace.
pub fn context_of(span: &Span) -> Option<SpanContext> {
    span_in(&span.context())
}

/// As [`context_of`], but none for a span that is not recorded: a link to it would lead nowhere.
pub fn recorded_context_of(span: &Span) -> Option<SpanContext> {
    context_of(span).filter(SpanContext::is_sampled)
}

/// The trace of the span that this is called in, for an exemplar; `None` when it is not recorded.
pub fn current_recorded_trace() -> Option<TraceId> {
    Context::map_current(|context| {
        let span = context.span();
        let span = span.span_context();
        span.is_sampled().then(|| span.trace_id())
    })
}

/// Whether this is called in a trace that is recorded: elsewhere no spans need be made.
pub fn is_recorded() -> bool {
    Context::map_current(|context| context.span().span_context().is_sampled())
}

/// The span that this is called in; `None` when it is in no trace.
pub fn current_span() -> Option<SpanContext> {
    Context::map_current(span_in)
}

/// The id of the trace that this is called in, as 32 hexadecimal digits: what a problem document
/// shows, so that its reader can be helped.
pub fn current_trace_id() -> Option<String> {
    current_span().map(|context| context.trace_id().to_string())
}

/// Writes the context of `span` into `headers`, as the propagator of OpenTelemetry does it, which is
/// made for any carrier of text.
pub fn inject_context(span: &SpanContext, headers: &mut Headers) {
    headers.insert("traceparent".to_owned(), traceparent(span));
    let tracestate = span.trace_state().header();
    // An empty one says nothing, and would be a header in every message.
    if (1..=LONGEST_HEADER).contains(&tracestate.len()) {
        headers.insert("tracestate".to_owned(), tracestate);
    }
}

/// The header of that name.
pub fn traceparent(span: &SpanContext) -> String {
    let mut text = String::with_capacity(TRACEPARENT_BYTES);
    text.push_str("00-");
    push_ids(&mut text, span, "-");
    text.push_str(if span.is_sampled() { "-01" } else { "-00" });
    text
}

struct Reader<'a>(&'a Headers);

impl Extractor for Reader<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests;
