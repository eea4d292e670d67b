use std::panic::AssertUnwindSafe;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;

use crate::problem::{Problem, ProblemKind, RetrySafety};

/// Answers 500 when a handler panics. The panic hook has logged the cause; the client learns only
/// that it was not its fault.
pub async fn hide_panics(request: Request, next: Next) -> Response {
    let retry_safety = RetrySafety::for_request(request.method(), request.headers());
    // What the handler owned is gone with it, and nothing that requests share can be left halfway.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_cause) => Problem::new(
            ProblemKind::InternalError,
            format!("Something went wrong on our side. {}", retry_safety.advice()),
        )
        .into_response(),
    }
}
