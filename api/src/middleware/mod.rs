//! What happens to every request: [`Observe`] is the outermost layer, [`Admit`] the innermost.

mod admit;
mod client_address;
mod cors;
mod observe;
mod rate_limit;

use std::convert::Infallible;
use std::pin::Pin;

pub use admit::{Admission, Admit, guarded};
use axum::extract::MatchedPath;
use axum::http::Extensions;
use axum::response::Response;
pub use client_address::{Peer, network};
pub use cors::{cross_origin, origin};
pub use observe::Observe;
pub use rate_limit::{RateLimit, RateLimited};

/// What both layers answer with.
type Answering = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// The route as written in `router.rs`: never the path itself, which may hold a reference.
fn route_of(extensions: &Extensions) -> Option<&str> {
    extensions.get::<MatchedPath>().map(MatchedPath::as_str)
}

/// Whether it is an orchestrator's probe, which comes every second.
fn is_probe(route: Option<&str>) -> bool {
    matches!(route, Some("/livez" | "/readyz"))
}
