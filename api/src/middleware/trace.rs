use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use ipnet::IpNet;
use opentelemetry_semantic_conventions::attribute::{
    ERROR_TYPE, HTTP_REQUEST_METHOD, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, URL_PATH, URL_SCHEME,
};
use registrar_telemetry::Root;
use registrar_telemetry::propagation::{self, Context, FutureExt as _, Headers};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::around::Answering;
use crate::http::{Peer, TRACEPARENT, TRACESTATE, is_probe, is_trusted, route_of};

/// What OpenTelemetry's conventions call every other method.
const OTHER_METHOD: &str = "_OTHER";

/// The trace of a request: its SERVER span where the trace is recorded, else the ids alone.
///
/// It is a child of the span that a trusted proxy names. The trace of any other client is only linked
/// to, or strangers would decide which traces are recorded, and in which trace.
///
/// Written here rather than taken from a package, since those record the path, the query and every
/// header: references, idempotency keys, and whatever is in a query.
#[derive(Clone)]
pub(super) enum RequestTrace {
    Recorded(Span),
    NotRecorded(Context),
}

impl RequestTrace {
    pub(super) fn begin(request: &Request, trusted_proxies: &[IpNet]) -> Self {
        let route = route_of(request.extensions());
        if is_probe(route) {
            return Self::NotRecorded(Context::new());
        }
        let sender = sender_of(request.headers());
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
        let is_trusted = |peer: IpAddr| is_trusted(peer, trusted_proxies);
        let (parent, linked) = match sender {
            Some(sender) if peer.is_some_and(is_trusted) => (sender, None),
            Some(sender) => (Context::new(), propagation::span_in(&sender)),
            None => (Context::new(), None),
        };
        match Root::decide(parent) {
            Root::Recorded(parent) => {
                let span = server_span(known_method(request.method()), route);
                propagation::set_parent(&span, &parent);
                if let Some(linked) = linked {
                    propagation::link(&span, linked);
                }
                Self::Recorded(span)
            }
            Root::NotRecorded(context) => Self::NotRecorded(context),
        }
    }

    /// For what happens at once.
    pub(super) fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        match self {
            Self::Recorded(span) => span.in_scope(work),
            Self::NotRecorded(context) => {
                let _attached = context.clone().attach();
                work()
            }
        }
    }

    /// For what happens until the answer.
    pub(super) fn run(
        self,
        answering: impl Future<Output = <Answering as Future>::Output> + Send + 'static,
    ) -> Answering {
        match self {
            Self::Recorded(span) => Box::pin(answering.instrument(span)),
            Self::NotRecorded(context) => Box::pin(answering.with_context(context)),
        }
    }

    pub(super) fn record(&self, status: StatusCode) {
        let Self::Recorded(span) = self else { return };
        span.record(HTTP_RESPONSE_STATUS_CODE, status.as_u16());
        if status.is_server_error() {
            span.record("otel.status_code", "ERROR");
            span.record(ERROR_TYPE, status.as_str());
        }
    }
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

/// The span that the sender was in, as it says.
fn sender_of(headers: &HeaderMap) -> Option<Context> {
    headers.get(TRACEPARENT)?;
    let named = |name: HeaderName| {
        Some((name.as_str().to_owned(), headers.get(&name)?.to_str().ok()?.to_owned()))
    };
    let carried: Headers = [TRACEPARENT, TRACESTATE].into_iter().filter_map(named).collect();
    Some(propagation::extract(&carried))
}

/// The method for spans and metrics: a client may invent any number of others.
pub(super) fn known_method(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => OTHER_METHOD,
    }
}
