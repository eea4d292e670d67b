//! Every error answer is a problem document (RFC 9457) that says what to do.

mod causes;
mod kind;
mod retry_safety;

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
pub use kind::ProblemKind;
use registrar_domain::ViolationCode;
use registrar_telemetry::propagation;
pub use retry_safety::RetrySafety;
use serde::Serialize;
use utoipa::ToSchema;

/// An error on its way to the client. Never holds SQL, broker text or personal data.
#[derive(Debug)]
pub struct Problem {
    kind: ProblemKind,
    document: Box<ProblemDocument>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProblemPart {
    /// Where it is in the body (RFC 6901); absent when it is not about the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/email")]
    pub pointer: Option<&'static str>,
    /// The rule that is broken, stable for programs.
    #[schema(example = "invalid_email")]
    pub code: &'static str,
    /// What to do, as a sentence for the person at the form.
    #[schema(example = "Enter an email address in the correct format, like name@example.com.")]
    pub message: String,
    /// The rule of the domain, for who says it in another language.
    #[serde(skip)]
    pub violation: Option<ViolationCode>,
}

/// The document that every error answer carries (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument {
    /// The page that explains this kind of problem; stable, compare it in programs.
    #[serde(rename = "type")]
    #[schema(example = "/docs#invalid-registration")]
    kind: String,
    /// The kind in a few words.
    #[schema(example = "Invalid registration")]
    title: &'static str,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What happened and what to do.
    detail: String,
    /// The same sentence as `detail`: every JSON answer has a `message`.
    message: String,
    /// Everything that is wrong with the request, not just the first thing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ProblemPart>,
    /// Why a registration that was accepted is rejected; only of such a problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "email_already_registered")]
    code: Option<&'static str>,
    /// The reference of that registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "06CX7H2T01R010000000000004FBA5YTS330")]
    reference: Option<String>,
    /// Where that registration stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/registrations/06CX7H2T01R010000000000004FBA5YTS330")]
    status_url: Option<String>,
    /// Names this request in the traces and logs of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: Option<String>,
}

impl Problem {
    /// A problem with a sentence that says what to do.
    pub fn new(kind: ProblemKind, message: impl Into<String>) -> Self {
        let message = message.into();
        let document = ProblemDocument {
            kind: kind.type_uri(),
            title: kind.title(),
            status: kind.status().as_u16(),
            detail: message.clone(),
            message,
            errors: Vec::new(),
            code: None,
            reference: None,
            status_url: None,
            trace_id: None,
        };
        Self { kind, document: Box::new(document), headers: Vec::new() }
    }

    #[must_use]
    pub fn with_errors(mut self, errors: Vec<ProblemPart>) -> Self {
        self.document.errors = errors;
        self
    }

    /// The same problem, worth another try after this time.
    #[must_use]
    pub fn retry_after(self, retry_after: Duration) -> Self {
        self.with_header(header::RETRY_AFTER, whole_seconds(retry_after))
    }

    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// About a registration that was accepted and then rejected: its client must find it again.
    #[must_use]
    fn about(mut self, code: &'static str, reference: String, status_url: String) -> Self {
        let document = &mut self.document;
        (document.code, document.reference, document.status_url) =
            (Some(code), Some(reference), Some(status_url));
        self
    }

    /// The document as it is answered in the current trace.
    pub fn into_document(self) -> ProblemDocument {
        ProblemDocument { trace_id: propagation::current_trace_id(), ..*self.document }
    }

    pub fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// What is wrong with the request, when it is more than the message says.
    pub fn errors(&self) -> &[ProblemPart] {
        &self.document.errors
    }

    /// The headers that it is answered with, as a page too.
    pub fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let status = self.kind.status();
        let own_headers = std::mem::take(&mut self.headers);
        let document = self.into_document();
        let status_url = document.status_url.as_deref().map(HeaderValue::try_from);
        let mut response = (status, Json(&document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(own_headers);
        if let Some(Ok(status_url)) = status_url {
            headers.insert(header::LOCATION, status_url);
        }
        response
    }
}

/// A time as `Retry-After` carries it: whole seconds, rounded up, never 0.
pub fn whole_seconds(time: Duration) -> HeaderValue {
    HeaderValue::from(seconds_to_wait(time))
}

/// A time to wait in whole seconds, rounded up, never 0.
pub fn seconds_to_wait(time: Duration) -> u64 {
    let rounded_up = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    rounded_up.max(1)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use super::*;

    async fn document(problem: Problem) -> (Response<()>, Value) {
        let (parts, body) = problem.into_response().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_problem_is_an_rfc_9457_document_with_a_message() {
        let (response, document) =
            document(Problem::new(ProblemKind::NotFound, "Nothing is here.")).await;
        assert_eq!(response.status(), 404);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(
            document,
            json!({
                "type": "/docs#not-found",
                "title": "Not found",
                "status": 404,
                "detail": "Nothing is here.",
                "message": "Nothing is here.",
            })
        );
    }

    #[tokio::test]
    async fn what_is_wrong_is_listed_and_when_to_retry_is_said() {
        let part = ProblemPart {
            pointer: Some("/email"),
            code: "required",
            message: "…".into(),
            violation: Some(ViolationCode::Required),
        };
        let problem = Problem::new(ProblemKind::InvalidRegistration, "Correct one field.")
            .with_errors(vec![part])
            .retry_after(Duration::from_millis(1_001));
        let (response, document) = document(problem).await;
        assert_eq!(
            document["errors"],
            json!([{"pointer": "/email", "code": "required", "message": "…"}])
        );
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }

    #[test]
    fn a_retry_is_never_asked_for_at_once() {
        assert_eq!(whole_seconds(Duration::ZERO), "1");
        assert_eq!(whole_seconds(Duration::from_secs(5)), "5");
    }
}
