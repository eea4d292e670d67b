//! `POST /register`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use registrar_domain::{
    IdempotencyKey, MalformedIdempotencyKey, Outcome, Registration, RegistrationId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::waiting::wait_for_outcome;
use crate::docs;
use crate::middleware::LoggedRegistrationId;
use crate::prefer::{PREFERENCE_APPLIED, applied, preferred_wait};
use crate::problem::{Problem, ProblemDocument, RetrySafety, whole_seconds};
use crate::state::Api;
use crate::status::{Known, StatusBody};
use crate::submission::{
    Fields, MediaType, parse_fields, publish, read_body, resolve_idempotency_key,
};

/// What idempotency keys of this route are for, so that a key of another means something else.
const IDEMPOTENCY_SCOPE: &str = "register";

/// Who wants to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Registration)]
#[expect(dead_code, reason = "describes the body; submission/json.rs reads it")]
pub struct RegistrationBody {
    #[schema(schema_with = docs::first_name)]
    first_name: String,
    #[schema(schema_with = docs::last_name)]
    last_name: String,
    /// Up to 254 characters, 64 bytes of them in front of the @. Both parts may be international, and
    /// both spellings of a domain are one address.
    #[schema(max_length = 254, format = "idn-email", example = "ada@example.com")]
    email: String,
}

/// An accepted registration, and where to look for what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// Where it stands.
    #[serde(flatten)]
    standing: StatusBody,
    /// What to keep, on paper too; in any case, with or without hyphens.
    #[schema(example = "06CX7H2T01R010000000000004FBA5YTS330")]
    reference: String,
    /// Where to look for what becomes of it.
    #[schema(example = "/registrations/06CX7H2T01R010000000000004FBA5YTS330")]
    status_url: String,
}

/// Accepts a registration: answers once it is stored safely in the queue.
///
/// Browsers, which send forms and prefer `text/html`, are led to a page, and get the form again with
/// what is wrong. JSON is answered with JSON, whatever its sender prefers.
/// A second registration of an e-mail address is accepted too and later rejected, which only the
/// holder of its reference sees, and whoever waits for it with `Prefer` (409).
#[utoipa::path(
    post,
    path = "/register",
    tag = "registrations",
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 16, max_length = 257, pattern = r#"^([!#-\[\]-~]{16,255}|"[!#-\[\]-~]{16,255}")$"#, description = "16 to 255 visible ASCII characters that nobody can guess, none of them a quotation mark or a backslash; in quotation marks or without. The same request with the same key always leads to the same registration, so it can be repeated safely; with other content the same key is another registration. A form may send it as the field `idempotency_key`."),
        ("Prefer" = Option<String>, Header, description = "`wait=N` holds the answer back for up to N seconds until there is an outcome: 201 registered, 409 rejected, 202 otherwise.", example = "wait=5"),
        ("lang" = Option<String>, Query, description = "The language of pages, `en` or `fa`; by default what `Accept-Language` likes best.", example = "fa"),
    ),
    request_body(content(
        (RegistrationBody = "application/json"),
        (RegistrationBody = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 202, description = "Accepted: it will be registered, rejected or looked at by a person, and never lost.", body = Accepted, headers(
            ("Location" = String, description = "Where to look for what becomes of it."),
            ("Retry-After" = u64, description = "When to look, in seconds."),
        )),
        (status = 201, description = "Registered within the wait that was asked for.", body = Accepted, headers(
            ("Location" = String, description = "The registration."),
            ("Preference-Applied" = String, description = "The wait that was heeded."),
        )),
        (status = 303, description = "Accepted, for a client that prefers text/html to JSON, where the service has pages.", headers(
            ("Location" = String, description = "The page that shows what becomes of it."),
        )),
        (status = 400, description = "The body or the Idempotency-Key is malformed.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 408, description = "The body did not arrive in time.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 409, description = "Accepted, and rejected within the wait that was asked for: `code` says why, `reference` and `status_url` lead to it.", body = ProblemDocument, content_type = "application/problem+json", headers(
            ("Location" = String, description = "The registration."),
            ("Preference-Applied" = String, description = "The wait that was heeded."),
        )),
        (status = 413, description = "The body is too large.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 415, description = "The body is neither JSON nor a form, or has a content coding: `Accept` or `Accept-Encoding` says what would do.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 422, description = "`errors` names everything that is wrong.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 429, description = "Too many requests from this client.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 501, description = "The body has a transfer coding other than chunked.", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "Cannot be accepted now, or not known whether it was: repeat it after `Retry-After`, with the same key.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
        (status = 504, description = "No answer in time: repeat it with the same key.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
    )
)]
#[tracing::instrument(name = "register_student_handler", skip_all, fields(otel.kind = "internal"))]
pub async fn register_student_handler(
    State(api): State<Arc<Api>>,
    Extension(logged_id): Extension<LoggedRegistrationId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let key = idempotency_key(&headers)?;
    let fields = read_fields(&api, &headers, body).await?;
    let key = resolve_idempotency_key(key, &fields)?;
    let student = fields.into_student()?;
    let retry_safety = RetrySafety::for_registration(key.as_ref());
    let id = key.map_or_else(RegistrationId::generate, |key| {
        key.registration_id(&api.derivation_key, IDEMPOTENCY_SCOPE, &student)
    });
    // Before the answer: what is not confirmed may yet turn out to be registered.
    logged_id.note(id);
    publish(&api.publisher, Registration::now(id, student))
        .await
        .map_err(|error| Problem::not_accepted(error, retry_safety))?;
    let wait = preferred_wait(&headers, api.limits.wait);
    let waited = match wait {
        Some(wait) => wait_for_outcome(&api, id, wait).await,
        None => None,
    };
    let mut response = standing(&api, id, waited.unwrap_or(Known::Waiting));
    if let (Some(wait), Some(_)) = (wait, waited) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied(wait));
    }
    Ok(response)
}

/// Each of several keys would mean another registration, so only one is taken.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, MalformedIdempotencyKey> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(MalformedIdempotencyKey);
    }
    let key = key.to_str().map_err(|_| MalformedIdempotencyKey)?;
    IdempotencyKey::parse(key).map(Some)
}

async fn read_fields(api: &Api, headers: &HeaderMap, body: Body) -> Result<Fields, Problem> {
    let media_type = MediaType::of(headers)?;
    let (limit, timeout) = (api.limits.body_bytes, api.limits.body_timeout);
    let body = read_body(headers, body, limit, timeout).await?;
    parse_fields(media_type, &body)
}

/// A rejection is an error here, where a client asked for the outcome of its own request; at the
/// status address it is a status like every other.
fn standing(api: &Api, id: RegistrationId, known: Known) -> Response {
    let reference = api.sealer.seal(id);
    let status_url = Api::status_url(&reference);
    let outcome = known.decision().map(|decision| decision.outcome);
    let status = match outcome {
        Some(Outcome::Rejected(code)) => {
            return Problem::rejected(code, &reference, status_url).into_response();
        }
        Some(Outcome::Registered) => StatusCode::CREATED,
        Some(Outcome::OnHold(_)) | None => StatusCode::ACCEPTED,
    };
    let location = [(header::LOCATION, status_url.clone())];
    let standing = known.body(id, api.pause().as_ref());
    let body = Accepted { standing, reference: reference.to_string(), status_url };
    let mut response = (status, location, Json(body)).into_response();
    if outcome.is_none() {
        let usual = api.wait_estimate.retry_after(Duration::ZERO);
        let retry_after = api.pause_left().map_or(usual, |left| usual.max(left));
        response.headers_mut().insert(header::RETRY_AFTER, whole_seconds(retry_after));
    }
    response
}
