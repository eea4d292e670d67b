//! What happens to every request, from the outside in; the order is in `router.rs`.

mod ambiguous;
mod client_address;
mod cors;
mod deadline;
mod head_limits;
mod outcome;
mod pages;
mod panics;
mod rate_limit;
mod security_headers;
mod server_span;

pub use ambiguous::refuse_ambiguous;
use axum::extract::MatchedPath;
use axum::http::Request;
pub use client_address::{Network, Peer};
pub use cors::{cross_origin, origin};
pub use deadline::enforce_deadline;
pub use head_limits::enforce_head_limits;
pub use outcome::{LoggedRegistrationId, record_outcome};
pub use pages::show_pages;
pub use panics::hide_panics;
pub use rate_limit::{RateLimit, enforce_rate_limit};
pub use security_headers::add_security_headers;
pub use server_span::in_server_span;

/// The route as written in `router.rs`: never the path itself, which may hold a reference.
fn route_of<B>(request: &Request<B>) -> Option<&str> {
    request.extensions().get::<MatchedPath>().map(MatchedPath::as_str)
}

/// Whether it is an orchestrator's probe, which comes every second and is nobody's request.
fn is_probe(route: Option<&str>) -> bool {
    matches!(route, Some("/livez" | "/readyz"))
}

/// What OpenTelemetry's conventions call every other method.
const OTHER_METHOD: &str = "_OTHER";

/// The method for spans and metrics: a client may invent any number of others.
fn known_method(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => OTHER_METHOD,
    }
}
