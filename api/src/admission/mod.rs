//! What is asked of every request before it reaches its handler.

mod ambiguous;
mod guarded;
mod head_limits;
mod requested_page;

use std::sync::Arc;
use std::time::Duration;

use axum::http::request::Parts;
pub use guarded::guarded;
use ipnet::IpNet;
pub use requested_page::RequestedPage;

use crate::http::{Peer, RateLimit, RateLimited, client_address, is_upload, preferred_wait};
use crate::imports::upload::rest::RestOfUploads;
use crate::limits::Limits;
use crate::pages::Pages;
use crate::problem::Problem;

/// For the confirms of what came, and for dropping the rest.
const END_OF_UPLOAD: Duration = Duration::from_mins(10);

/// The limits, who may name a client's address, and whether there are pages.
#[derive(Clone, Debug)]
pub struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    rate_limit: Option<Arc<RateLimit>>,
    trusted_proxies: Vec<IpNet>,
    pages: Option<Pages>,
    rest: RestOfUploads,
}

impl Admission {
    pub fn new(
        limits: Limits,
        rate_limit: Option<Arc<RateLimit>>,
        trusted_proxies: Vec<IpNet>,
        pages: Option<Pages>,
        rest: RestOfUploads,
    ) -> Self {
        Self(Arc::new(Shared { limits, rate_limit, trusted_proxies, pages, rest }))
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    pub fn rest(&self) -> &RestOfUploads {
        &self.0.rest
    }

    /// Counts a request of this client. `shows_pages` says whether its refusal would be a page.
    pub fn check_rate(&self, head: &Parts, shows_pages: bool) -> Result<(), RateLimited> {
        let peer = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
        let (Some(limit), Some(peer)) = (&self.0.rate_limit, peer) else { return Ok(()) };
        limit.take(client_address(peer, &head.headers, &self.0.trusted_proxies), shows_pages)
    }

    /// Refuses what two servers could understand differently, and what is over the limits.
    pub fn check_head(&self, head: &Parts) -> Result<(), Problem> {
        let path = head.uri.path_and_query().map_or(0, |uri| uri.as_str().len());
        ambiguous::refuse(head.version, &head.headers)?;
        head_limits::check(&self.0.limits, path, &head.headers)
    }

    /// How long the answer may take: a wait that the client asked for is added. An upload is as slow as
    /// its client: it ends by itself when it stalls or at its own deadline, and what came is then
    /// published.
    pub fn allowed_time(&self, head: &Parts) -> Duration {
        let limits = self.limits();
        if is_upload(head) {
            return limits.imports.import_timeout + END_OF_UPLOAD;
        }
        limits.request_timeout + preferred_wait(&head.headers, limits.wait).unwrap_or_default()
    }

    /// The page that the sender of this request would rather have than JSON, where there is one.
    pub fn requested_page(&self, head: &Parts) -> Option<RequestedPage> {
        RequestedPage::find(self.0.pages.as_ref()?, head)
    }
}
