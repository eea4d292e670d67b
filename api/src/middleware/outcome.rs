use std::{sync::Arc, time::Instant};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use registrar_common::domain::RegistrationId;

use super::{is_probe, known_method, route_of};
use crate::{metrics::HttpMetrics, state::Api};

/// The client hung up before the answer; the number is nginx's.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// A response's extension: which registration it is about, for the log line.
#[derive(Clone, Copy, Debug)]
pub struct OfRegistration(pub RegistrationId);

/// Counts and times the request, and writes its one log line.
pub async fn record_outcome(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let pending = Pending {
        metrics: &api.http_metrics,
        method: known_method(request.method()),
        route: route_of(&request).unwrap_or("unmatched").to_owned(),
        began: Instant::now(),
        is_answered: false,
    };
    let response = next.run(request).await;
    pending.answered(&response);
    response
}

/// A request without an answer yet. Dropped as such, it is one whose client hung up.
struct Pending<'a> {
    metrics: &'a HttpMetrics,
    method: &'static str,
    route: String,
    began: Instant,
    is_answered: bool,
}

impl Pending<'_> {
    fn answered(mut self, response: &Response) {
        self.is_answered = true;
        let status = response.status();
        let id = response.extensions().get::<OfRegistration>().map(|of| of.0);
        self.record(status.as_u16(), id);
        if self.is_registering() {
            self.metrics.count_registration_request(status);
        }
    }

    fn is_registering(&self) -> bool {
        self.method == "POST" && self.route == "/register"
    }

    fn record(&self, status: u16, id: Option<RegistrationId>) {
        let (method, route) = (self.method, self.route.as_str());
        let elapsed = self.began.elapsed();
        self.metrics.observe(method, route, status, elapsed);
        let duration_ms = elapsed.as_secs_f64() * 1_000.0;
        let registration_id = id.map(tracing::field::display);
        if is_probe(Some(route)) {
            tracing::debug!(method, route, status, duration_ms, "probed");
        } else if status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
            tracing::warn!(method, route, status, duration_ms, registration_id, "not served");
        } else {
            tracing::info!(method, route, status, duration_ms, registration_id, "answered");
        }
    }
}

impl Drop for Pending<'_> {
    fn drop(&mut self) {
        if !self.is_answered {
            self.record(CLIENT_CLOSED_REQUEST, None);
        }
    }
}
