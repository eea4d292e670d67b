//! The face for programs: JSON.

use axum::body::Body;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use registrar_domain::Outcome;

use super::AcceptedBody;
use crate::http::{LoggedRegistrationId, PREFERENCE_APPLIED, applied, preferred_wait};
use crate::problem::{Problem, whole_seconds};
use crate::state::Api;
use crate::status::{RegistrationStatus, Statuses, status_url};
use crate::submission::{Accepted, RegistrationRequest};

/// Room for an answer, so that it is not moved while it is written.
const ANSWER_BYTES: usize = 512;
const ANSWER_HEADERS: usize = 12;

/// Answers with the outcome, when the client waits for it and it comes in time.
pub(super) async fn answer(
    Api { acceptor, admission, statuses, .. }: &Api,
    request: Request,
    logged_id: &LoggedRegistrationId,
) -> Result<Response, Problem> {
    let limits = admission.limits();
    let wait = preferred_wait(request.headers(), limits.wait);
    let request = RegistrationRequest::from_request(request, &limits.body()).await?;
    let accepted = acceptor.accept(request, logged_id).await?;
    let Some(wait) = wait else {
        return Ok(answer_with(statuses, &accepted, RegistrationStatus::Waiting));
    };
    let Some(status) = statuses.wait(accepted.id, wait).await else {
        return Ok(answer_with(statuses, &accepted, RegistrationStatus::Waiting));
    };
    let mut response = answer_with(statuses, &accepted, status);
    response.headers_mut().insert(PREFERENCE_APPLIED, applied(wait));
    Ok(response)
}

/// The same without a wait.
pub(super) fn answer_at_once(statuses: &Statuses, accepted: Result<Accepted, Problem>) -> Response {
    match accepted {
        Ok(accepted) => answer_with(statuses, &accepted, RegistrationStatus::Waiting),
        Err(problem) => problem.into_response(),
    }
}

/// A rejection is an error here, where a client asked for the outcome of its own request; at the
/// status address it is a status like every other.
fn answer_with(
    statuses: &Statuses,
    Accepted { id, reference }: &Accepted,
    status: RegistrationStatus,
) -> Response {
    let status_url = status_url(reference);
    let outcome = status.decision().map(|decision| decision.outcome);
    let code = match outcome {
        Some(Outcome::Rejected(code)) => {
            return Problem::rejected(code, reference, status_url).into_response();
        }
        Some(Outcome::Registered) => StatusCode::CREATED,
        Some(Outcome::OnHold(_)) | None => StatusCode::ACCEPTED,
    };
    let body = AcceptedBody {
        status: status.body(*id, statuses.pause().as_ref()),
        reference: reference.as_str(),
        status_url: &status_url,
    };
    let mut json = Vec::with_capacity(ANSWER_BYTES);
    let written = serde_json::to_writer(&mut json, &body);
    // Text and times always become JSON, and a reference is always a header.
    let (Ok(()), Ok(location)) = (written, HeaderValue::try_from(status_url)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = code;
    let headers = response.headers_mut();
    // Those of security are added to these.
    headers.reserve(ANSWER_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::LOCATION, location);
    // The age of what was just accepted is nothing.
    let retry_after = statuses.retry_after(status, None).filter(|_| outcome.is_none());
    if let Some(retry_after) = retry_after {
        headers.insert(header::RETRY_AFTER, whole_seconds(retry_after));
    }
    response
}
