use axum::extract::MatchedPath;
use axum::http::Extensions;

/// The route as written in `router/mod.rs`: never the path itself, which may hold a reference.
pub fn route_of(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// Whether it is an orchestrator's probe, which comes every second.
pub fn is_probe(route: Option<&str>) -> bool {
    matches!(route, Some("/livez" | "/readyz"))
}
