//! The face for browsers: pages.

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use tokio::time::{Duration, Instant};

use super::filled_form::FilledForm;
use super::json;
use crate::admission::{Admission, guarded};
use crate::pages::{PageContext, form_again, to_status};
use crate::problem::{Problem, RetrySafety};
use crate::state::Api;
use crate::status::status_url;
use crate::submission::{
    Accepted, Fields, MediaType, RegistrationRequest, looks_like_json, parse_fields, read_body,
};

/// How long the form of a client that is refused anyway may take to arrive.
const REFUSED_FORM_TIMEOUT: Duration = Duration::from_secs(2);

/// Leads to the page of the registration, or shows the form again with what is wrong. The body is
/// read before anything is refused, so that the form keeps what was entered; the time that it takes
/// is part of what the answer may take.
pub(super) async fn answer(
    Api { admission, statuses, .. }: &Api,
    page: &PageContext,
    request: Request,
    accept: impl AsyncFnOnce(RegistrationRequest) -> Result<Accepted, Problem>,
) -> Response {
    let received = Instant::now();
    let (head, body) = request.into_parts();
    let limits = admission.limits();
    let admitted = admission.check_rate(&head, true);
    let timeout = match admitted {
        Ok(()) => limits.body_timeout,
        Err(refused) if !refused.may_have_page() => return Problem::from(refused).into_response(),
        Err(_) => limits.body_timeout.min(REFUSED_FORM_TIMEOUT),
    };
    let read = read_body(&head.headers, body, limits.body_bytes, timeout).await;
    let is_json = read.as_ref().is_ok_and(|body| looks_like_json(body));
    let fields = read.and_then(|body| fields_in(&head.headers, &body));
    let form = FilledForm::new(&head.headers, fields.as_ref().ok());
    let accepted = if let Err(refused) = admitted {
        Err(refused.into())
    } else {
        let left = admission.allowed_time(&head).saturating_sub(received.elapsed());
        accept_within(left, admission, &head, fields, accept).await
    };
    match accepted {
        // Whatever its type says, a program has sent it.
        accepted if is_json => json::answer_at_once(statuses, accepted),
        Ok(accepted) => to_status(page, &status_url(&accepted.reference)),
        Err(problem) => form_again(page, problem, form.values, &form.key),
    }
}

fn fields_in(headers: &HeaderMap, body: &Bytes) -> Result<Fields, Problem> {
    parse_fields(MediaType::of(headers)?, body)
}

async fn accept_within(
    left: Duration,
    admission: &Admission,
    head: &Parts,
    fields: Result<Fields, Problem>,
    accept: impl AsyncFnOnce(RegistrationRequest) -> Result<Accepted, Problem>,
) -> Result<Accepted, Problem> {
    admission.check_head(head)?;
    let request = RegistrationRequest::new(&head.headers, fields?)?;
    let retry_safety = RetrySafety::for_registration(request.key.as_ref());
    guarded(left, retry_safety, accept(request)).await?
}
