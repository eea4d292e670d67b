use registrar_telemetry::propagation;
use registrar_telemetry::propagation::Headers;

use super::corpus::holds_for;

/// The library reads ids with too few digits as numbers too.
fn number(hexadecimal: &str) -> Option<u128> {
    u128::from_str_radix(hexadecimal, 16).ok()
}

/// The first line is a `traceparent`, the rest a `tracestate`.
#[test]
fn any_trace_context_is_read_as_it_is_or_ignored() {
    holds_for("trace_context", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let (parent, state) = text.split_once('\n').unwrap_or((&text, ""));
        let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = Headers::from([named("traceparent", parent), named("tracestate", state)]);
        let context = propagation::extract(&headers);
        let Some(span) = propagation::span_in(&context) else { return };
        let said: Vec<_> = parent.trim().split('-').map(number).collect();
        let understood = [span.trace_id().to_string(), span.span_id().to_string()];
        assert_eq!(said[1..3], understood.map(|id| number(&id)), "{parent:?}");
    });
}
