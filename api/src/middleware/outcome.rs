use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;

use super::trace::{RequestTrace, known_method};
use crate::http::{LoggedRegistrationId, is_probe};
use crate::metrics::http::{CLIENT_CLOSED_REQUEST, HttpMetrics};

/// Counts and times a request when it is dropped, and writes its one log line. Dropped without an
/// answer, it is one whose client hung up.
pub(super) struct Outcome {
    metrics: Arc<HttpMetrics>,
    trace: RequestTrace,
    method: &'static str,
    path: Option<MatchedPath>,
    logged_id: LoggedRegistrationId,
    began: Instant,
    status: u16,
}

impl Outcome {
    pub(super) fn pending(
        request: &mut Request,
        metrics: &Arc<HttpMetrics>,
        trace: &RequestTrace,
    ) -> Self {
        let logged_id = LoggedRegistrationId::default();
        request.extensions_mut().insert(logged_id.clone());
        Self {
            metrics: Arc::clone(metrics),
            trace: trace.clone(),
            method: known_method(request.method()),
            path: request.extensions().get::<MatchedPath>().cloned(),
            logged_id,
            began: Instant::now(),
            status: CLIENT_CLOSED_REQUEST,
        }
    }

    pub(super) fn answered(&mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    fn report(&self) {
        let (method, status) = (self.method, self.status);
        let route = self.path.as_ref().map_or("unmatched", MatchedPath::as_str);
        let elapsed = self.began.elapsed();
        self.metrics.observe(method, route, status, elapsed);
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        let registration_id = self.logged_id.get().map(tracing::field::display);
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

impl Drop for Outcome {
    fn drop(&mut self) {
        // A future that is dropped is dropped outside of what it runs in.
        self.trace.in_scope(|| self.report());
    }
}

/// An unknown transfer coding is the one error of servers that clients make.
fn is_fault_of_ours(status: u16) -> bool {
    status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16()
        && status != StatusCode::NOT_IMPLEMENTED.as_u16()
}
