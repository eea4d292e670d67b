use std::any::Any;

use axum::response::{IntoResponse as _, Response};

use crate::problem::{Problem, ProblemKind};

/// The answer when a handler panicked. The panic hook has logged the cause; the client learns
/// only that it was not its fault.
pub fn hide_panics(_cause: Box<dyn Any + Send + 'static>) -> Response {
    Problem::new(
        ProblemKind::InternalError,
        "Something went wrong on our side. Send the request again with the same Idempotency-Key.",
    )
    .into_response()
}
