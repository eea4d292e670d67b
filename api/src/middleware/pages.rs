use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::route_of;
use crate::{
    negotiation::prefers_html,
    pages::{FilledForm, Pages, Reader, form_again, instead_of_status, to_form, to_status},
    registering::read_body,
    state::Api,
};

/// What a reader is at.
enum Place {
    Form,
    EmptyForm,
    Status,
}

/// Answers with pages whoever would rather have them, whatever answered inside: a handler, or a
/// layer that refused the request.
pub async fn show_pages(State(api): State<Arc<Api>>, mut request: Request, next: Next) -> Response {
    let place = place_of(&request);
    let Some((place, reader)) = place.and_then(|at| Some((at, reader_of(&api, &request)?))) else {
        return next.run(request).await;
    };
    match place {
        // Somebody opens or reloads the address that a form was sent to.
        Place::EmptyForm => to_form(&reader),
        Place::Form => sent(&api, &reader, request, next).await,
        Place::Status => {
            request.extensions_mut().insert(reader.clone());
            instead_of_status(&reader, next.run(request).await)
        }
    }
}

fn place_of(request: &Request) -> Option<Place> {
    let is_get = [Method::GET, Method::HEAD].contains(request.method());
    match route_of(request)? {
        "/register" if is_get => Some(Place::EmptyForm),
        "/register" if request.method() == Method::POST => Some(Place::Form),
        "/registrations/{reference}" if is_get => Some(Place::Status),
        _ => None,
    }
}

fn reader_of(api: &Api, request: &Request) -> Option<Reader> {
    let pages: &Pages = api.pages.as_ref()?;
    let headers = request.headers();
    prefers_html(headers).then(|| Reader::of(pages, request.uri(), headers))
}

/// The body is read before anything may refuse the request, so that the form that comes back keeps
/// what was entered.
async fn sent(api: &Api, reader: &Reader, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let headers = head.headers.clone();
    let (limit, patience) = (api.limits.body_bytes, api.limits.body_timeout);
    let (answer, body) = match read_body(&headers, body, limit, patience).await {
        Ok(body) => {
            let request = Request::from_parts(head, Body::from(body.clone()));
            (next.run(request).await, body)
        }
        Err(problem) => (problem.into_response(), Bytes::new()),
    };
    match answer.headers().get(header::LOCATION) {
        Some(status_url) if answer.status().is_success() => to_status(reader, status_url),
        _ => form_again(reader, answer, || FilledForm::read(&headers, &body)),
    }
}

#[cfg(test)]
mod tests;
