mod outcome;
mod security_headers;
mod trace;

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::Response;
use ipnet::IpNet;
use tower::{Layer, Service};

use self::outcome::Outcome;
use self::trace::RequestTrace;
use super::Answering;
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

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed { observe: self.clone(), inner }
    }
}

/// A service with [`Observe`] around it.
#[derive(Clone, Debug)]
pub struct Observed<S> {
    observe: Observe,
    inner: S,
}

impl<S> Service<Request> for Observed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Answering {
        let trace = RequestTrace::begin(&request, &self.observe.trusted_proxies);
        let mut outcome = Outcome::of_pending(&mut request, &self.observe.metrics, &trace);
        let answering = trace.in_scope(|| self.inner.call(request));
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
