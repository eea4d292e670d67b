//! `GET /registrations/{reference}`.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::{Extension, Json};
use registrar_domain::RegistrationId;

use crate::admission::Admission;
use crate::extract::GenuineReference;
use crate::http::{PREFERENCE_APPLIED, applied, preferred_wait};
use crate::pages::{Page, PageContext, StatusPage, refusal};
use crate::problem::{Problem, ProblemDocument, whole_seconds};
use crate::status::{CacheRule, RegistrationStatus, StatusBody, Statuses, conditional};

/// Where a registration stands.
///
/// Cheap to ask: an unchanged answer is 304, and a final one may be kept by the browser.
#[utoipa::path(
    get,
    path = "/registrations/{reference}",
    tag = "registrations",
    params(
        ("reference" = String, Path, description = "As it was answered, or as a person spells it."),
        ("Prefer" = Option<String>, Header, description = "`wait=N` holds the answer back for up to N seconds until there is an outcome.", example = "wait=5"),
        ("lang" = Option<String>, Query, description = "The language of the page, `en` or `fa`; by default what `Accept-Language` likes best.", example = "fa"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of the answer that the client has."),
    ),
    responses(
        (status = 200, description = "Where it stands; as a page for a client that prefers text/html to JSON, where the service has pages.", content((StatusBody = "application/json"), (String = "text/html")), headers(
            ("ETag" = String, description = "Names this answer."),
            ("Retry-After" = u64, description = "When to ask again, in seconds, while it waits."),
        )),
        (status = 304, description = "The client has this answer."),
        (status = 404, description = "The reference was never issued.", content((ProblemDocument = "application/problem+json"), (String = "text/html"))),
    )
)]
pub async fn registration(
    State(statuses): State<Statuses>,
    State(admission): State<Admission>,
    reference: Result<GenuineReference, Problem>,
    headers: HeaderMap,
    context: Option<Extension<PageContext>>,
) -> Response {
    let context = context.as_ref().map(|Extension(context)| context);
    let id = match reference {
        Ok(GenuineReference(id)) => id,
        Err(problem) => return refusal(context, problem),
    };
    let mut status = statuses.lookups.current(id).await;
    let mut applied_wait = None;
    if let (RegistrationStatus::Waiting | RegistrationStatus::Unreadable, Some(wait)) =
        (status, preferred_wait(&headers, admission.limits().wait))
    {
        let waited = statuses.wait(id, wait).await;
        applied_wait = waited.map(|_| wait);
        match waited {
            Some(decided @ RegistrationStatus::Decided(_)) => status = decided,
            // The database may be back.
            Some(_) if status == RegistrationStatus::Unreadable => {
                status = statuses.lookups.current(id).await;
            }
            _ => {}
        }
    }
    let page = context.and_then(|context| page(&statuses, id, status, context));
    let mut response = page.unwrap_or_else(|| json(&statuses, id, status, &headers));
    if let Some(wait) = applied_wait {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied(wait));
    }
    response
}

fn json(
    statuses: &Statuses,
    id: RegistrationId,
    status: RegistrationStatus,
    request: &HeaderMap,
) -> Response {
    let rule = match status {
        RegistrationStatus::Unreadable => CacheRule::Never,
        _ if status.is_final() => CacheRule::Final,
        RegistrationStatus::Waiting | RegistrationStatus::Decided(_) => CacheRule::MayChange,
    };
    let pause = statuses.pause();
    let body = status.body(id, pause.as_ref());
    let mut response = conditional(request, rule, status.tag(pause.as_ref()), Json(&body));
    let headers = response.headers_mut();
    // A client that asks for HTML gets a page at the same address.
    headers.append(header::VARY, HeaderValue::from_static("accept"));
    // A page looks again earlier: its reader should soon hear of a pause that an operator ends.
    if let Some(retry_after) = statuses.retry_after(status, body.accepted_at) {
        headers.insert(header::RETRY_AFTER, whole_seconds(retry_after));
    }
    response
}

/// The same for a person; `None` when the page cannot be rendered.
fn page(
    statuses: &Statuses,
    id: RegistrationId,
    status: RegistrationStatus,
    context: &PageContext,
) -> Option<Response> {
    let body = status.body_in(context.texts(), id, statuses.pause().as_ref());
    let prospect = statuses.prospect(status, body.accepted_at);
    // However it was spelled and whichever secret sealed it, the page shows it as it is issued now.
    let page = StatusPage::new(&statuses.sealer.seal(id), status, body, prospect, context.texts());
    context.render(StatusCode::OK, &Page::Status(page))
}
