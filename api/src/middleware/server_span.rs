use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, URL_PATH, URL_SCHEME,
};
use registrar_telemetry::propagation;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::client_address::is_trusted;
use super::{OTHER_METHOD, Peer, is_probe, known_method, route_of};
use crate::state::Api;

/// Runs the request in a SERVER span: a child of the span that a trusted proxy names. The trace of
/// anybody else is only linked to, or strangers would decide which traces are recorded, and in which
/// trace.
///
/// Written here rather than taken from a package, since those record the path, the query and every
/// header: references, idempotency keys, and whatever someone puts into a query.
pub async fn in_server_span(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let route = route_of(&request);
    if is_probe(route) {
        return next.run(request).await;
    }
    let span = server_span(known_method(request.method()), route);
    let peer = request.extensions().get::<Peer>();
    let is_trusted = peer.is_some_and(|peer| is_trusted(peer.0.ip(), &api.trusted_proxies));
    let sender = propagation::extract(&trace_headers(request.headers()));
    if is_trusted {
        propagation::set_parent(&span, &sender);
    } else if let Some(sender) = propagation::span_in(&sender) {
        propagation::link(&span, sender);
    }
    let response = next.run(request).instrument(span.clone()).await;
    span.record(HTTP_RESPONSE_STATUS_CODE, response.status().as_u16());
    if response.status().is_server_error() {
        span.record("otel.status_code", "ERROR");
        span.record(ERROR_TYPE, response.status().as_str());
    }
    response
}

fn server_span(method: &'static str, route: Option<&str>) -> Span {
    let word = if method == OTHER_METHOD { "HTTP" } else { method };
    let name = route.map_or_else(|| word.to_owned(), |route| format!("{word} {route}"));
    tracing::info_span!(
        "request",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = Empty,
        { HTTP_REQUEST_METHOD } = method,
        { HTTP_ROUTE } = route,
        { URL_PATH } = route.unwrap_or("/"),
        { URL_SCHEME } = "http",
        { HTTP_RESPONSE_STATUS_CODE } = Empty,
        { ERROR_TYPE } = Empty,
    )
}

fn trace_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    ["traceparent", "tracestate"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), headers.get(name)?.to_str().ok()?.to_owned())))
        .collect()
}
