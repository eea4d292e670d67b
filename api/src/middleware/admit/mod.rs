mod ambiguous;
mod guarded;
mod head_limits;

use std::convert::Infallible;
use std::future::ready;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
pub use guarded::guarded;
use ipnet::IpNet;
use tower::{Layer, Service};

use super::client_address::client_address;
use super::rate_limit::{RateLimit, RateLimited};
use super::{Answering, Peer, is_probe, route_of};
use crate::limits::Limits;
use crate::negotiation::prefers_html;
use crate::pages::{PageContext, Pages, refusal, to_form};
use crate::prefer::preferred_wait;
use crate::problem::{Problem, RetrySafety};
use crate::submission::is_form_media_type;

/// What is asked of every request before it reaches its handler.
#[derive(Clone, Debug)]
pub struct Admission(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: Limits,
    rate_limit: Option<Arc<RateLimit>>,
    trusted_proxies: Vec<IpNet>,
    pages: Option<Pages>,
}

impl Admission {
    pub fn new(
        limits: Limits,
        rate_limit: Option<Arc<RateLimit>>,
        trusted_proxies: Vec<IpNet>,
        pages: Option<Pages>,
    ) -> Self {
        Self(Arc::new(Shared { limits, rate_limit, trusted_proxies, pages }))
    }

    pub fn limits(&self) -> &Limits {
        &self.0.limits
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

    /// How long the answer may take: a wait that the client asked for is added.
    pub fn allowed_time(&self, headers: &HeaderMap) -> Duration {
        let limits = self.limits();
        limits.request_timeout + preferred_wait(headers, limits.wait).unwrap_or_default()
    }

    /// The page that the sender of this request would rather have than JSON, where there is one.
    fn page(&self, request: &Request) -> Option<Page> {
        let pages = self.0.pages.as_ref()?;
        let is_get = [Method::GET, Method::HEAD].contains(request.method());
        // JSON is answered with JSON, whatever its sender would rather have: a program may send the
        // `Accept` that its library does, while a browser sends forms only.
        let is_form = request.method() == Method::POST && is_form_media_type(request.headers());
        let page = match route_of(request.extensions())? {
            "/register" if is_get => Page::EmptyForm,
            "/register" if is_form => Page::Form,
            "/registrations/{reference}" if is_get => Page::Status,
            _ => return None,
        };
        let headers = request.headers();
        let context = || PageContext::new(pages, request.uri(), headers);
        prefers_html(headers).then(|| page(context()))
    }
}

enum Page {
    /// The address that a form is sent to, opened or reloaded.
    EmptyForm(PageContext),
    Form(PageContext),
    Status(PageContext),
}

/// Lets only requests pass that keep to the limits, and makes an answer of what panics or takes too
/// long.
///
/// A form that is refused comes back as it was filled in, so its handler asks for all of that itself,
/// with the fields in hand.
#[derive(Clone, Debug)]
pub struct Admit(pub Admission);

impl<S> Layer<S> for Admit {
    type Service = Admitted<S>;

    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted { admission: self.0.clone(), inner }
    }
}

/// A service with [`Admit`] around it.
#[derive(Clone, Debug)]
pub struct Admitted<S> {
    admission: Admission,
    inner: S,
}

impl<S> Service<Request> for Admitted<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Answering {
        let page = match self.admission.page(&request) {
            Some(Page::EmptyForm(page)) => return Box::pin(ready(Ok(to_form(&page)))),
            Some(Page::Form(page)) => {
                request.extensions_mut().insert(page);
                return Box::pin(self.inner.call(request));
            }
            Some(Page::Status(page)) => Some(page),
            None => None,
        };
        let (head, body) = request.into_parts();
        if let Err((page, problem)) = self.check(&head, page.as_ref()) {
            return Box::pin(ready(Ok(refusal(page, problem))));
        }
        let allowed = self.admission.allowed_time(&head.headers);
        let retry_safety = RetrySafety::for_request(&head.method, &head.headers);
        let mut request = Request::from_parts(head, body);
        if let Some(page) = &page {
            request.extensions_mut().insert(page.clone());
        }
        let answering = guarded(allowed, retry_safety, self.inner.call(request));
        Box::pin(async move {
            match answering.await {
                Ok(answered) => answered,
                Err(problem) => Ok(refusal(page.as_ref(), problem)),
            }
        })
    }
}

impl<S> Admitted<S> {
    /// Fails with the page that the problem is shown on, if it is.
    fn check<'a>(
        &self,
        head: &Parts,
        page: Option<&'a PageContext>,
    ) -> Result<(), (Option<&'a PageContext>, Problem)> {
        // Probes are not counted.
        if !is_probe(route_of(&head.extensions)) {
            self.admission
                .check_rate(head, page.is_some())
                .map_err(|refused| (page.filter(|_| refused.may_have_page()), refused.into()))?;
        }
        self.admission.check_head(head).map_err(|problem| (page, problem))
    }
}
