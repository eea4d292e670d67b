use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use registrar_domain::RegistrationId;

use super::{is_probe, known_method, route_of};
use crate::metrics::http::{CLIENT_CLOSED_REQUEST, HttpMetrics};
use crate::state::Api;

/// A request's extension, in which its handler notes which registration it is about. The log line
/// tells it also when the client hangs up before the answer.
#[derive(Clone, Debug, Default)]
pub struct LoggedRegistrationId(Arc<OnceLock<RegistrationId>>);

impl LoggedRegistrationId {
    /// Notes it; a request is about one registration only.
    pub fn note(&self, id: RegistrationId) {
        _ = self.0.set(id);
    }
}

/// Counts and times the request, and writes its one log line.
pub async fn record_outcome(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    let logged_id = LoggedRegistrationId::default();
    request.extensions_mut().insert(logged_id.clone());
    let mut pending = Pending {
        metrics: &api.http_metrics,
        method: known_method(request.method()),
        route: route_of(&request).unwrap_or("unmatched").to_owned(),
        logged_id,
        began: Instant::now(),
        status: CLIENT_CLOSED_REQUEST,
    };
    let response = next.run(request).await;
    pending.status = response.status().as_u16();
    response
}

/// A request. Dropped without an answer, it is one whose client hung up.
struct Pending<'a> {
    metrics: &'a HttpMetrics,
    method: &'static str,
    route: String,
    logged_id: LoggedRegistrationId,
    began: Instant,
    status: u16,
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        let (method, route, status) = (self.method, self.route.as_str(), self.status);
        let elapsed = self.began.elapsed();
        self.metrics.observe(method, route, status, elapsed);
        if (method, route) == ("POST", "/register") {
            self.metrics.count_registration_request(status);
        }
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        let registration_id = self.logged_id.0.get().map(tracing::field::display);
        if is_probe(Some(route)) {
            tracing::debug!(method, route, status, duration_ms, "probed");
        } else if status == CLIENT_CLOSED_REQUEST {
            tracing::info!(method, route, status, duration_ms, registration_id, "client hung up");
        } else if is_fault_of_ours(status) {
            tracing::warn!(method, route, status, duration_ms, registration_id, "not served");
        } else {
            tracing::info!(method, route, status, duration_ms, registration_id, "answered");
        }
    }
}

/// An unknown transfer coding is the one error of servers that clients make.
fn is_fault_of_ours(status: u16) -> bool {
    status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16()
        && status != StatusCode::NOT_IMPLEMENTED.as_u16()
}
