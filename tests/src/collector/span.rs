use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::Span as ProtoSpan;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;

use super::attributes;
use super::attributes::hexadecimal;

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
    /// When it began, since 1970.
    pub began: Duration,
    /// How long it took.
    pub took: Duration,
}

impl Span {
    pub(super) fn read(service: &str, span: ProtoSpan) -> Self {
        let is_error =
            span.status.as_ref().is_some_and(|status| status.code() == StatusCode::Error);
        let links = span.links.iter();
        Self {
            service: service.to_owned(),
            kind: span.kind(),
            trace_id: hexadecimal(&span.trace_id),
            span_id: hexadecimal(&span.span_id),
            parent_id: hexadecimal(&span.parent_span_id),
            links: links
                .map(|link| (hexadecimal(&link.trace_id), hexadecimal(&link.span_id)))
                .collect(),
            began: Duration::from_nanos(span.start_time_unix_nano),
            took: Duration::from_nanos(span.end_time_unix_nano - span.start_time_unix_nano),
            attributes: attributes::read(span.attributes),
            name: span.name,
            is_error,
        }
    }

    /// What names it in another span's links.
    pub fn context(&self) -> (String, String) {
        (self.trace_id.clone(), self.span_id.clone())
    }

    /// An attribute; empty when it is not there.
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }
}
