use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use crate::{
    prefer::preferred_wait,
    problem::{Problem, ProblemKind, Repeating},
    state::Api,
};

/// Answers 504 when a handler takes longer than it may; a wait that the client asked for is added.
///
/// Whatever was sent to the broker stays sent, so the sentence does not say that nothing happened.
pub async fn enforce_deadline(
    State(api): State<Arc<Api>>,
    request: Request,
    next: Next,
) -> Response {
    let asked_for = preferred_wait(request.headers(), api.limits.wait).unwrap_or_default();
    let repeating = Repeating::of(request.method(), request.headers());
    let allowed = api.limits.request_timeout + asked_for;
    match tokio::time::timeout(allowed, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => Problem::new(
            ProblemKind::Timeout,
            format!("There was no answer in time. {}", repeating.advice()),
        )
        .into_response(),
    }
}
