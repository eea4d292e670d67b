//! The documentation, made from the route table at the start.

mod page;
mod routes;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi as _};

pub use self::routes::routes;
use crate::problem::ProblemDocument;
use crate::status::{CacheRule, conditional, entity_tag_of_bytes};

/// What the OpenAPI document says before its operations, which are those of the route table.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Registrar",
        description = "Registers students. A registration is accepted once it is stored safely in a queue, \
                       and ends as registered, rejected or on hold: it is never lost.",
        license(name = "MIT")
    ),
    components(schemas(ProblemDocument)),
    modifiers(&ImportKeyScheme),
    tags(
        (name = "registrations", description = "Register a student, and see what becomes of it."),
        (name = "imports", description = "Import a file of students with a key, and see what becomes of each row."),
        (name = "service", description = "The service itself."),
    )
)]
struct Description;

/// The key that operations on imports need, under the name by which they ask for it.
struct ImportKeyScheme;

impl Modify for ImportKeyScheme {
    fn modify(&self, openapi: &mut OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(
            "`Authorization: Bearer` and a key for imports, which an operator creates. An importer sees \
             its own imports with any of its keys.",
        ));
        let components = openapi.components.get_or_insert_default();
        components.add_security_scheme("import_key", SecurityScheme::Http(scheme.build()));
    }
}

pub fn description() -> OpenApi {
    Description::openapi()
}

#[derive(Clone, Debug)]
pub struct Documents {
    openapi: Document,
    page: Document,
    style: Document,
}

#[derive(Clone, Debug)]
struct Document {
    content_type: &'static str,
    bytes: Bytes,
    tag: HeaderValue,
}

/// A mistake in the program.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    #[error("the OpenAPI document cannot be made")]
    Json(#[from] serde_json::Error),
    #[error("the documentation page cannot be rendered")]
    Page(#[from] minijinja::Error),
}

impl Documents {
    /// Renders the document for programs and the page for people.
    pub fn render(document: &OpenApi) -> Result<Self, DocumentsError> {
        let style = Bytes::from_static(include_bytes!("style.css"));
        Ok(Self {
            openapi: Document::new("application/json", serde_json::to_vec(document)?),
            page: Document::new("text/html; charset=utf-8", page::render(document)?),
            style: Document::new("text/css; charset=utf-8", style),
        })
    }
}

impl Document {
    fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { content_type, tag: entity_tag_of_bytes(&bytes), bytes }
    }

    fn answer(&self, request: &HeaderMap) -> Response {
        let body = ([(header::CONTENT_TYPE, self.content_type)], self.bytes.clone());
        conditional(request, CacheRule::Public, self.tag.clone(), body)
    }
}
