//! The whole route table, and what happens to every request on its way.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use axum::routing::{get, post};
use tower::ServiceBuilder;

use crate::handlers::docs::{docs, style};
use crate::handlers::events::events;
use crate::handlers::limits::limits;
use crate::handlers::livez::livez;
use crate::handlers::not_found::{method_not_allowed, not_found};
use crate::handlers::openapi::openapi;
use crate::handlers::readyz::readyz;
use crate::handlers::register::register_student_handler;
use crate::handlers::registration::registration;
use crate::handlers::root::service;
use crate::middleware::{Admit, Observe, cross_origin};
use crate::state::Api;

/// Everything the API answers.
pub fn router(api: Arc<Api>, observe: Observe, cors_origins: &[HeaderValue]) -> Router {
    let routes = Router::new()
        .route("/", get(service))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .route("/register", post(register_student_handler))
        .route("/registrations/{reference}", get(registration))
        .route("/registrations/{reference}/events", get(events))
        .route("/limits", get(limits))
        .route("/openapi.json", get(openapi))
        .route("/docs", get(docs))
        .route("/docs/style.css", get(style))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed);
    with_layers(routes, &api, observe, cors_origins).with_state(api)
}

/// The first is the outermost: it sees a request first and an answer last.
///
/// One layer of several rather than a layer for each: axum boxes what is inside each of a router's
/// layers, and copies all of that for every request.
fn with_layers(
    routes: Router<Arc<Api>>,
    api: &Arc<Api>,
    observe: Observe,
    cors_origins: &[HeaderValue],
) -> Router<Arc<Api>> {
    let layers = ServiceBuilder::new()
        .layer(observe)
        .option_layer(cross_origin(cors_origins))
        .layer(Admit(api.admission.clone()));
    routes.layer(layers)
}

#[cfg(test)]
mod tests;
