//! `GET /readyz`.

use axum::Json;
use axum::extract::State;

use super::Health;
use crate::problem::{Problem, ProblemDocument, ProblemKind, ProblemPart};
use crate::readiness::{Readiness, Ready};

/// Whether the instance can accept registrations; for orchestrators.
///
/// Without MySQL it is `degraded` but ready: it accepts, and only cannot tell what became of a
/// registration. What is missing in detail is in the log, not here.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    responses(
        (status = 200, description = "Ready, or degraded but able to accept.", body = Health),
        (status = 503, description = "`errors` names what is missing.", body = ProblemDocument, content_type = "application/problem+json"),
    )
)]
pub async fn readyz(State(readiness): State<Readiness>) -> Result<Json<Health>, Problem> {
    let (code, message) = match readiness.now().await {
        Ready::Ready => {
            let message = "Registrations can be accepted and looked up.";
            return Ok(Json(Health { status: "ready", message }));
        }
        Ready::WithoutMySql => {
            let message = "Registrations can be accepted. MySQL does not answer, so they cannot be \
                           looked up.";
            return Ok(Json(Health { status: "degraded", message }));
        }
        Ready::WithoutRabbitMq => ("rabbitmq", "RabbitMQ takes no messages from this instance."),
        Ready::ShuttingDown => ("shutting_down", "This instance is shutting down."),
    };
    let part = ProblemPart { pointer: None, code, message: message.to_owned(), violation: None };
    Err(Problem::new(ProblemKind::NotReady, message).with_errors(vec![part]))
}
