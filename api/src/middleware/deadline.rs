use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::Instant;

use crate::prefer::preferred_wait;
use crate::problem::{Problem, ProblemKind, RetrySafety};
use crate::state::Api;

/// A request's extension: when it came, where a layer outside of the deadline took time already.
#[derive(Clone, Copy)]
pub(super) struct Received(pub(super) Instant);

/// Answers 504 when a handler takes longer than it may; a wait that the client asked for is added.
///
/// Whatever was sent to the broker stays sent, so the sentence does not say that nothing happened.
pub async fn enforce_deadline(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let asked_for = preferred_wait(request.headers(), api.limits.wait).unwrap_or_default();
    let retry_safety = RetrySafety::for_request(request.method(), request.headers());
    let received = request.extensions().get::<Received>();
    let taken = received.map(|received| received.0.elapsed()).unwrap_or_default();
    let allowed = (api.limits.request_timeout + asked_for).saturating_sub(taken);
    match tokio::time::timeout(allowed, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::new(
            ProblemKind::Timeout,
            format!("There was no answer in time. {}", retry_safety.advice()),
        )
        .into_response(),
    }
}
