use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use ipnet::IpNet;
use tower::Service;

use super::around::{Answering, Around};
use super::outcome::Outcome;
use super::security_headers;
use super::trace::RequestTrace;
use crate::metrics::http::HttpMetrics;

/// Gives every request its SERVER span, its metrics and its log line, and every answer the headers
/// that it lacks.
#[derive(Clone, Debug)]
pub struct Observe {
    metrics: Arc<HttpMetrics>,
    trusted_proxies: Arc<[IpNet]>,
}

impl Observe {
    pub fn new(metrics: HttpMetrics, trusted_proxies: &[IpNet]) -> Self {
        Self { metrics: Arc::new(metrics), trusted_proxies: trusted_proxies.into() }
    }
}

impl Around for Observe {
    fn call<S>(&self, below: &mut S, mut request: Request) -> Answering
    where
        S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
    {
        let trace = RequestTrace::begin(&request, &self.trusted_proxies);
        let mut outcome = Outcome::pending(&mut request, &self.metrics, &trace);
        let answering = trace.in_scope(|| below.call(request));
        let ended = trace.clone();
        trace.run(async move {
            let mut response = answering.await?;
            ended.record(response.status());
            outcome.answered(response.status());
            security_headers::add_missing(response.headers_mut());
            Ok(response)
        })
    }
}
