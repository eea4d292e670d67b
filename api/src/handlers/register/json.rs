//! The face for programs: JSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use registrar_domain::Outcome;

use super::super::waiting::wait_for_outcome;
use super::AcceptedBody;
use crate::prefer::{PREFERENCE_APPLIED, applied, preferred_wait};
use crate::problem::{Problem, whole_seconds};
use crate::state::Api;
use crate::status::Known;
use crate::submission::{Accepted, LoggedRegistrationId, RegistrationRequest};

/// Room for an answer, so that it is not moved while it is written.
const ANSWER_BYTES: usize = 512;
const ANSWER_HEADERS: usize = 12;

/// Answers with the outcome, when the client waits for it and it comes in time.
pub(super) async fn answer(
    api: &Arc<Api>,
    request: Request,
    logged_id: &LoggedRegistrationId,
) -> Result<Response, Problem> {
    let wait = preferred_wait(request.headers(), api.admission.limits().wait);
    let request = RegistrationRequest::from_request(request, api).await?;
    let accepted = api.acceptor.accept(request, logged_id).await?;
    let waited = match wait {
        Some(wait) => wait_for_outcome(api, accepted.id, wait).await,
        None => None,
    };
    let mut response = status(api, accepted, waited.unwrap_or(Known::Waiting));
    if let (Some(wait), Some(_)) = (wait, waited) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied(wait));
    }
    Ok(response)
}

/// The same without a wait.
pub(super) fn answer_at_once(api: &Api, accepted: Result<Accepted, Problem>) -> Response {
    match accepted {
        Ok(accepted) => status(api, accepted, Known::Waiting),
        Err(problem) => problem.into_response(),
    }
}

/// A rejection is an error here, where a client asked for the outcome of its own request; at the
/// status address it is a status like every other.
fn status(api: &Api, accepted: Accepted, known: Known) -> Response {
    let Accepted { id, reference } = accepted;
    let status_url = Api::status_url(&reference);
    let outcome = known.decision().map(|decision| decision.outcome);
    let status = match outcome {
        Some(Outcome::Rejected(code)) => {
            return Problem::rejected(code, &reference, status_url).into_response();
        }
        Some(Outcome::Registered) => StatusCode::CREATED,
        Some(Outcome::OnHold(_)) | None => StatusCode::ACCEPTED,
    };
    let location = HeaderValue::try_from(status_url.as_str());
    let status_body = known.body(id, api.pause().as_ref());
    let body = AcceptedBody { status: status_body, reference: reference.to_string(), status_url };
    let mut json = Vec::with_capacity(ANSWER_BYTES);
    // Text and times always become JSON, and a reference is always a header.
    let (Ok(()), Ok(location)) = (serde_json::to_writer(&mut json, &body), location) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    // Those of security are added to these.
    headers.reserve(ANSWER_HEADERS);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::LOCATION, location);
    if outcome.is_none() {
        let usual = api.wait_estimate.retry_after(std::time::Duration::ZERO);
        let retry_after = api.pause_left().map_or(usual, |left| usual.max(left));
        response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(retry_after));
    }
    response
}
