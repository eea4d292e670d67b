use axum::extract::MatchedPath;
use axum::http::request::Parts;
use axum::http::{Extensions, Method};

/// The route as written in `router/mod.rs`: never the path itself, which may hold a reference.
pub fn route_of(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// Whether it is an orchestrator's probe, which comes every second.
pub fn is_probe(route: Option<&str>) -> bool {
    matches!(route, Some("/livez" | "/readyz"))
}

/// Whether it is a file on its way, which may take hours.
pub fn is_upload(head: &Parts) -> bool {
    head.method == Method::POST && route_of(&head.extensions) == Some("/imports")
}
