use std::convert::Infallible;
use std::future::ready;

use axum::extract::Request;
use axum::http::request::Parts;
use axum::response::Response;
use tower::Service;

use super::around::{Answering, Around};
use crate::admission::{Admission, RequestedPage, guarded};
use crate::http::{is_probe, is_upload, route_of};
use crate::pages::{PageContext, refusal, to_form};
use crate::problem::{Problem, RetrySafety};

/// Lets only requests pass that keep to the limits, and makes an answer of what panics or takes too
/// long.
///
/// A form that is refused comes back as it was filled in, so its handler asks for all of that itself,
/// with the fields in hand.
#[derive(Clone, Debug)]
pub struct Admit(pub Admission);

impl Around for Admit {
    fn call<S>(&self, below: &mut S, request: Request) -> Answering
    where
        S: Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>,
    {
        let (mut head, body) = request.into_parts();
        let page = match self.0.requested_page(&head) {
            Some(RequestedPage::EmptyForm(page)) => return Box::pin(ready(Ok(to_form(&page)))),
            Some(RequestedPage::Form(page)) => {
                head.extensions.insert(page);
                return Box::pin(below.call(Request::from_parts(head, body)));
            }
            Some(RequestedPage::Status(page)) => Some(page),
            None => None,
        };
        if let Err((page, problem)) = self.check(&head, page.as_ref()) {
            let refusal = refusal(page, problem);
            if !is_upload(&head) {
                return Box::pin(ready(Ok(refusal)));
            }
            let rest = self.0.rest().clone();
            return Box::pin(async move {
                rest.drop_refused(&head.headers, body).await;
                Ok(refusal)
            });
        }
        let allowed = self.0.allowed_time(&head);
        let retry_safety = RetrySafety::for_request(&head);
        if let Some(page) = &page {
            head.extensions.insert(page.clone());
        }
        let answering = below.call(Request::from_parts(head, body));
        let answering = guarded(allowed, retry_safety, answering);
        Box::pin(async move {
            match answering.await {
                Ok(answered) => answered,
                Err(problem) => Ok(refusal(page.as_ref(), problem)),
            }
        })
    }
}

impl Admit {
    /// Fails with the page that the problem is shown on, if it is.
    fn check<'a>(
        &self,
        head: &Parts,
        page: Option<&'a PageContext>,
    ) -> Result<(), (Option<&'a PageContext>, Problem)> {
        // Probes are not counted.
        if !is_probe(route_of(&head.extensions)) {
            self.0
                .check_rate(head, page.is_some())
                .map_err(|refused| (page.filter(|_| refused.may_have_page()), refused.into()))?;
        }
        self.0.check_head(head).map_err(|problem| (page, problem))
    }
}
