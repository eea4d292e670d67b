//! What rotel, another project's collector, prints about the spans that it received.

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;

use crate::collector::Span;

const LISTED: &str = "     -> ";

/// Reads the output. The last span may be there in part, while it is being written.
pub fn spans(output: &str) -> Vec<Span> {
    let mut service = String::new();
    let mut spans = Vec::new();
    for line in output.lines() {
        if line.starts_with("ResourceSpans #") {
            service.clear();
        } else if line.starts_with("Span #") {
            spans.push(unwritten(&service));
        } else if let Some(item) = line.strip_prefix(LISTED) {
            match (spans.last_mut().filter(|_| !service.is_empty()), item.split_once(": ")) {
                (Some(span), Some((name, value))) => read_listed(span, name, value),
                (_, Some(("service.name", value))) => text(value).clone_into(&mut service),
                _ => {}
            }
        } else if let (Some(span), Some((name, value))) = (spans.last_mut(), line.split_once(':')) {
            read_field(span, name.trim(), value.trim());
        }
    }
    spans
}

fn unwritten(service: &str) -> Span {
    Span {
        service: service.to_owned(),
        name: String::new(),
        kind: SpanKind::Unspecified,
        trace_id: String::new(),
        span_id: String::new(),
        parent_id: String::new(),
        attributes: BTreeMap::new(),
        links: Vec::new(),
        is_error: false,
        began: Duration::ZERO,
        took: Duration::ZERO,
    }
}

fn read_field(span: &mut Span, name: &str, value: &str) {
    match name {
        "Trace ID" => value.clone_into(&mut span.trace_id),
        "Parent ID" => value.clone_into(&mut span.parent_id),
        "ID" => value.clone_into(&mut span.span_id),
        "Name" => value.clone_into(&mut span.name),
        "Kind" => span.kind = SpanKind::from_str_name(value).unwrap_or_default(),
        "Start time" => span.began = nanoseconds(value),
        "End time" => span.took = nanoseconds(value).saturating_sub(span.began),
        _ => {}
    }
}

/// An attribute, or a part of a link.
fn read_listed(span: &mut Span, name: &str, value: &str) {
    match name {
        "Trace ID" => span.links.push((value.to_owned(), String::new())),
        "ID" => {
            if let Some((_, span_id)) = span.links.last_mut() {
                value.clone_into(span_id);
            }
        }
        _ => drop(span.attributes.insert(name.to_owned(), text(value).to_owned())),
    }
}

/// `a` of `Str(a)`.
fn text(value: &str) -> &str {
    value.split_once('(').map_or(value, |(_, rest)| rest.trim_end_matches(')'))
}

fn nanoseconds(value: &str) -> Duration {
    Duration::from_nanos(value.parse().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_service_parents_attributes_and_links() {
        let output = "\
\u{1b}[2m2026-01-01T00:00:00Z INFO Starting Rotel.
ResourceSpans #0
Resource attributes:
     -> service.name: Str(registrar-api)
ScopeSpans #0
Span #0
    Trace ID       : aa
    Parent ID      : 01
    ID             : 02
    Name           : send registrations:interactive
    Kind           : SPAN_KIND_PRODUCER
Start time: 1
End time: 3
Attributes:
     -> a.b: Str(c)
Links:
SpanLink #0
     -> Trace ID: bb
     -> ID: 03
ResourceSpans #1
Resource attributes:
     -> service.name: Str(registrar-worker)
Span #0
    Trace ID       : bb
    Parent ID      : 
    ID             : 03
";
        let [first, second] = &spans(output)[..] else { panic!("not two spans") };
        assert_eq!(first.service, "registrar-api");
        assert_eq!(first.context(), ("aa".to_owned(), "02".to_owned()));
        assert_eq!((first.parent_id.as_str(), first.kind), ("01", SpanKind::Producer));
        assert_eq!(first.name, "send registrations:interactive");
        assert_eq!((first.attribute("a.b"), first.took), ("c", Duration::from_nanos(2)));
        assert_eq!(first.links, [second.context()]);
        assert_eq!((second.service.as_str(), second.parent_id.as_str()), ("registrar-worker", ""));
    }
}
