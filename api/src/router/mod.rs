//! The whole route table, and what happens to every request on its way.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderValue;
use tower::ServiceBuilder;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::docs;
use crate::docs::{Documents, DocumentsError};
use crate::handlers::not_found::{method_not_allowed, not_found};
use crate::handlers::{events, imports, limits, livez, readyz, register, registration, root};
use crate::middleware::{Admit, AroundLayer, Observe, cross_origin};
use crate::state::Api;

/// The route table. Each handler describes itself, so that it is the OpenAPI document, too.
fn routes() -> OpenApiRouter<Arc<Api>> {
    OpenApiRouter::with_openapi(docs::description())
        .routes(routes!(root::service))
        .routes(routes!(livez::livez))
        .routes(routes!(readyz::readyz))
        .routes(routes!(register::register_student_handler))
        .routes(routes!(registration::registration))
        .routes(routes!(events::events))
        .routes(routes!(limits::limits))
        .routes(routes!(imports::create::create, imports::list::list))
        .routes(routes!(imports::show::show))
        .routes(routes!(imports::events::events))
        .routes(routes!(imports::errors::errors))
        .routes(routes!(imports::cancel::cancel))
        .routes(routes!(imports::template::template))
}

pub fn document() -> OpenApi {
    let mut document = routes().into_openapi();
    document.merge(docs::routes().into_openapi());
    document
}

pub fn router(
    api: &Arc<Api>,
    observe: Observe,
    cors_origins: &[HeaderValue],
) -> Result<Router, DocumentsError> {
    let documents = Documents::render(&document())?;
    let routes = Router::new()
        .merge(Router::from(routes()).with_state(Arc::clone(api)))
        .merge(Router::from(docs::routes()).with_state(documents))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed);
    Ok(with_layers(routes, api, observe, cors_origins))
}

/// The first is the outermost: it sees a request first and an answer last.
///
/// One layer of several rather than a layer for each: axum boxes what is inside each of a router's
/// layers, and copies all of that for every request.
fn with_layers(
    routes: Router,
    api: &Arc<Api>,
    observe: Observe,
    cors_origins: &[HeaderValue],
) -> Router {
    let layers = ServiceBuilder::new()
        .layer(AroundLayer(observe))
        .option_layer(cross_origin(cors_origins))
        .layer(AroundLayer(Admit(api.admission.clone())));
    routes.layer(layers)
}

#[cfg(test)]
mod document;
#[cfg(test)]
mod tests;
