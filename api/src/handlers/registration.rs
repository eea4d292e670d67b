//! `GET /registrations/{reference}`.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use registrar_domain::RegistrationId;
use time::OffsetDateTime;

use super::waiting::wait_for_outcome;
use crate::extract::GenuineReference;
use crate::pages::{Page, PageContext, Prospect, StatusPage, refusal};
use crate::prefer::{PREFERENCE_APPLIED, applied, preferred_wait};
use crate::problem::{Problem, ProblemDocument, whole_seconds};
use crate::state::Api;
use crate::status::{CacheRule, Known, StatusBody, conditional_json};

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
    State(api): State<Arc<Api>>,
    reference: Result<GenuineReference, Problem>,
    headers: HeaderMap,
    context: Option<Extension<PageContext>>,
) -> Response {
    let context = context.as_ref().map(|Extension(context)| context);
    match reference {
        Ok(GenuineReference(id)) => answer(&api, id, &headers, context).await,
        Err(problem) => refusal(context, problem),
    }
}

async fn answer(
    api: &Api,
    id: RegistrationId,
    headers: &HeaderMap,
    context: Option<&PageContext>,
) -> Response {
    let mut known = api.lookups.current(id).await;
    let wait = preferred_wait(headers, api.admission.limits().wait);
    let mut waited = None;
    if let (Known::Waiting | Known::Unreadable, Some(wait)) = (known, wait) {
        waited = wait_for_outcome(api, id, wait).await;
        match waited {
            Some(Known::Decided(decision)) => known = Known::Decided(decision),
            // The database may be back.
            Some(_) if known == Known::Unreadable => known = api.lookups.current(id).await,
            _ => {}
        }
    }
    let page = context.and_then(|context| page(api, id, known, context));
    let mut response = page.unwrap_or_else(|| standing(api, id, known, headers));
    if let (Some(wait), Some(_)) = (wait, waited) {
        response.headers_mut().insert(PREFERENCE_APPLIED, applied(wait));
    }
    response
}

fn standing(api: &Api, id: RegistrationId, known: Known, request: &HeaderMap) -> Response {
    let is_final = known.is_final();
    let rule = match known {
        Known::Unreadable => CacheRule::Never,
        _ if is_final => CacheRule::Final,
        Known::Waiting | Known::Decided(_) => CacheRule::MayChange,
    };
    let pause = api.pause();
    let body = known.body(id, pause.as_ref());
    let mut response = conditional_json(request, rule, &known.tag(pause.as_ref()), &body);
    let headers = response.headers_mut();
    // Who asks for HTML gets a page at the same address.
    headers.append(header::VARY, HeaderValue::from_static("accept"));
    if let Some(look_again) = prospect(api, &body, is_final).look_again {
        // A page looks again earlier: its reader should soon hear of a pause that an operator ends.
        let paused = api.pause_left().filter(|_| known == Known::Waiting);
        let look_again = paused.map_or(look_again, |left| look_again.max(left));
        headers.insert(header::RETRY_AFTER, whole_seconds(look_again));
    }
    response
}

/// The same for a person; `None` when the page cannot be rendered.
fn page(api: &Api, id: RegistrationId, known: Known, context: &PageContext) -> Option<Response> {
    let body = known.body_in(context.texts(), id, api.pause().as_ref());
    let prospect = prospect(api, &body, known.is_final());
    // However it was spelled and whichever secret sealed it, the page shows it as it is issued now.
    let page = StatusPage::new(&api.sealer.seal(id), known, body, prospect, context.texts());
    context.render(StatusCode::OK, &Page::Status(page))
}

fn prospect(api: &Api, body: &StatusBody, is_final: bool) -> Prospect {
    let age = body.accepted_at.map_or(Duration::ZERO, age_of);
    Prospect {
        takes: api.wait_estimate.takes(age),
        look_again: (!is_final).then(|| api.wait_estimate.retry_after(age)),
    }
}

fn age_of(accepted_at: OffsetDateTime) -> Duration {
    // Clocks of two machines may disagree.
    Duration::try_from(OffsetDateTime::now_utc() - accepted_at).unwrap_or_default()
}
