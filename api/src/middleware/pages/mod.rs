use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::time::Instant;

use super::deadline::Received;
use super::rate_limit::Refused;
use super::route_of;
use crate::negotiation::prefers_html;
use crate::pages::{FilledForm, Pages, Reader, form_again, instead_of_status, to_form, to_status};
use crate::state::Api;
use crate::submission::{is_form_media_type, looks_like_json, read_body};

/// What a reader is at.
enum Place {
    Form,
    EmptyForm,
    Status,
}

/// How long the form of a client that is refused anyway may take to arrive.
const REFUSED_FORM_TIMEOUT: Duration = Duration::from_secs(2);

/// Answers with pages whoever would rather have them, whatever answered inside: a handler, or a
/// layer that refused the request.
pub async fn show_pages(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let refused = request.extensions_mut().remove::<Refused>();
    let place = place_of(&request);
    let Some((place, reader)) = place.and_then(|at| Some((at, reader_of(&api, &request)?))) else {
        return match refused {
            Some(refused) => refused.into_response(),
            None => next.run(request).await,
        };
    };
    match (place, refused) {
        // Somebody opens or reloads the address that a form was sent to.
        (Place::EmptyForm, _) => to_form(&reader),
        (Place::Form, refused) => sent(&api, &reader, request, refused, next).await,
        (Place::Status, Some(refused)) => instead_of_status(&reader, refused.into_response()),
        (Place::Status, None) => {
            request.extensions_mut().insert(reader.clone());
            instead_of_status(&reader, next.run(request).await)
        }
    }
}

/// JSON is answered with JSON, whatever its sender would rather have: a program may send the `Accept`
/// that its library does, while a browser sends forms only.
fn place_of(request: &Request) -> Option<Place> {
    let is_get = [Method::GET, Method::HEAD].contains(request.method());
    match route_of(request)? {
        "/register" if is_get => Some(Place::EmptyForm),
        "/register" if request.method() == Method::POST => {
            is_form_media_type(request.headers()).then_some(Place::Form)
        }
        "/registrations/{reference}" if is_get => Some(Place::Status),
        _ => None,
    }
}

fn reader_of(api: &Api, request: &Request) -> Option<Reader> {
    let pages: &Pages = api.pages.as_ref()?;
    let headers = request.headers();
    prefers_html(headers).then(|| Reader::of(pages, request.uri(), headers))
}

/// The body is read before anything inside may refuse the request, so that the form that comes back
/// keeps what was entered. It takes of the time that the answer may take.
async fn sent(
    api: &Api,
    reader: &Reader,
    request: Request,
    refused: Option<Refused>,
    next: Next,
) -> Response {
    let (mut head, body) = request.into_parts();
    head.extensions.insert(Received(Instant::now()));
    let headers = head.headers.clone();
    let (limit, timeout) = (api.limits.body_bytes, api.limits.body_timeout);
    let timeout = if refused.is_some() { timeout.min(REFUSED_FORM_TIMEOUT) } else { timeout };
    let (answer, body) = match (read_body(&headers, body, limit, timeout).await, refused) {
        (Ok(body), Some(refused)) => (refused.into_response(), body),
        (Err(_), Some(refused)) => (refused.into_response(), Bytes::new()),
        (Ok(body), None) => {
            let request = Request::from_parts(head, Body::from(body.clone()));
            (next.run(request).await, body)
        }
        (Err(problem), None) => (problem.into_response(), Bytes::new()),
    };
    if looks_like_json(&body) {
        return answer;
    }
    match answer.headers().get(header::LOCATION) {
        // Of an accepted one only, whatever became of it since.
        Some(status_url) => to_status(reader, status_url),
        _ => form_again(reader, answer, || FilledForm::read(&headers, &body)),
    }
}

#[cfg(test)]
mod tests;
