//! `GET /`.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// What answers here.
#[derive(Debug, Serialize, ToSchema)]
pub struct Service {
    #[schema(example = "ok")]
    status: &'static str,
    message: &'static str,
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Where the documentation is.
    documentation: &'static str,
}

/// What answers here, and where its documentation is.
#[utoipa::path(get, path = "/", tag = "service", responses((status = 200, body = Service)))]
pub async fn service() -> Json<Service> {
    Json(Service {
        status: "ok",
        message: "This is the registration service.",
        version: env!("CARGO_PKG_VERSION"),
        documentation: "/docs",
    })
}
