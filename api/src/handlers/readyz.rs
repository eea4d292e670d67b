//! `GET /readyz`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;

use super::Health;
use crate::problem::{Problem, ProblemDocument, ProblemKind, ProblemPart};
use crate::state::Api;
use crate::status::Lookups;

/// Kubernetes gives a probe a second.
const TIMEOUT: Duration = Duration::from_millis(500);

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
pub async fn readyz(State(api): State<Arc<Api>>) -> Result<Json<Health>, Problem> {
    if api.shutdown.is_cancelled() {
        return Err(not_ready("shutting_down", "This instance is shutting down."));
    }
    if !api.publisher.readiness().is_ready() {
        return Err(not_ready("rabbitmq", "RabbitMQ takes no messages from this instance."));
    }
    Ok(Json(if can_read(&api.lookups).await {
        Health { status: "ready", message: "Registrations can be accepted and looked up." }
    } else {
        Health {
            status: "degraded",
            message: "Registrations can be accepted. MySQL does not answer, so they cannot be \
                      looked up.",
        }
    }))
}

async fn can_read(lookups: &Lookups) -> bool {
    tokio::time::timeout(TIMEOUT, lookups.can_read()).await.unwrap_or(false)
}

fn not_ready(code: &'static str, message: &str) -> Problem {
    let part = ProblemPart { pointer: None, code, message: message.to_owned(), violation: None };
    Problem::new(ProblemKind::NotReady, message).with_errors(vec![part])
}
