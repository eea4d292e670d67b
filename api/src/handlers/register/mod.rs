//! `POST /register`: one way in, and two faces.

mod filled_form;
mod form;
mod json;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use registrar_telemetry::propagation;
use serde::Serialize;
use tracing::{Instrument as _, Span};
use utoipa::ToSchema;

use crate::http::LoggedRegistrationId;
use crate::pages::PageContext;
use crate::problem::ProblemDocument;
use crate::state::Api;
use crate::status::StatusBody;
use crate::submission::Fields;

/// An accepted registration, and where to look for what becomes of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Accepted)]
pub struct AcceptedBody<'a> {
    /// Where it stands.
    #[serde(flatten)]
    status: StatusBody,
    /// What to keep, on paper too; in any case, with or without hyphens.
    #[schema(example = "06CX7H2T01R010000000000004FBA5YTS330")]
    reference: &'a str,
    /// Where to look for what becomes of it.
    #[schema(example = "/registrations/06CX7H2T01R010000000000004FBA5YTS330")]
    status_url: &'a str,
}

/// Accepts a registration: answers once it is stored safely in the queue.
///
/// Browsers, which send forms and prefer `text/html`, are led to a page, and get the form again with
/// what is wrong. JSON is answered with JSON, whatever its sender prefers.
/// A second registration of an e-mail address is accepted too and later rejected, which only the
/// holder of its reference sees, and a client that waits for it with `Prefer` (409).
#[utoipa::path(
    post,
    path = "/register",
    tag = "registrations",
    params(
        ("Idempotency-Key" = Option<String>, Header, min_length = 16, max_length = 257, pattern = r#"^([!#-\[\]-~]{16,255}|"[!#-\[\]-~]{16,255}")$"#, description = "16 to 255 visible ASCII characters that cannot be guessed, none of them a quotation mark or a backslash; in quotation marks or without. The same request with the same key always leads to the same registration, so it can be repeated safely; with other content the same key is another registration. A form may send it as the field `idempotency_key`."),
        ("Prefer" = Option<String>, Header, description = "`wait=N` holds the answer back for up to N seconds until there is an outcome: 201 registered, 409 rejected, 202 otherwise.", example = "wait=5"),
        ("lang" = Option<String>, Query, description = "The language of pages, `en` or `fa`; by default what `Accept-Language` likes best.", example = "fa"),
    ),
    request_body(content(
        (Fields = "application/json"),
        (Fields = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 202, description = "Accepted: it will be registered, rejected or looked at by a person, and never lost.", body = AcceptedBody<'static>, headers(
            ("Location" = String, description = "Where to look for what becomes of it."),
            ("Retry-After" = u64, description = "When to look, in seconds."),
        )),
        (status = 201, description = "Registered within the wait that was asked for.", body = AcceptedBody<'static>, headers(
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
pub async fn register_student_handler(State(api): State<Arc<Api>>, request: Request) -> Response {
    let extensions = request.extensions();
    let page = extensions.get::<PageContext>().cloned();
    let logged_id = extensions.get::<LoggedRegistrationId>().cloned().unwrap_or_default();
    let answering = async {
        match page {
            Some(page) => {
                let accept = async |request| api.acceptor.accept(request, &logged_id).await;
                // Boxed, or every registration would carry the memory that a form takes.
                Box::pin(form::answer(&api, &page, request, accept)).await
            }
            None => json::answer(&api, request, &logged_id).await.into_response(),
        }
    };
    answering.instrument(handler_span()).await
}

fn handler_span() -> Span {
    if !propagation::is_recorded() {
        return Span::none();
    }
    tracing::info_span!("register_student_handler", otel.kind = "internal")
}

#[cfg(test)]
mod tests;
