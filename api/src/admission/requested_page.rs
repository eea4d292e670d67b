use axum::http::Method;
use axum::http::request::Parts;

use crate::http::{prefers_html, route_of};
use crate::pages::{PageContext, Pages};
use crate::submission::is_form_media_type;

pub enum RequestedPage {
    /// The address that a form is sent to, opened or reloaded.
    EmptyForm(PageContext),
    Form(PageContext),
    Status(PageContext),
}

impl RequestedPage {
    /// JSON is answered with JSON, whatever its sender would rather have: a program may send the
    /// `Accept` that its library does, while a browser sends forms only.
    pub(super) fn find(pages: &Pages, head: &Parts) -> Option<Self> {
        let is_get = [Method::GET, Method::HEAD].contains(&head.method);
        let is_form = head.method == Method::POST && is_form_media_type(&head.headers);
        let page = match route_of(&head.extensions)? {
            "/register" if is_get => Self::EmptyForm,
            "/register" if is_form => Self::Form,
            "/registrations/{reference}" if is_get => Self::Status,
            _ => return None,
        };
        let context = || PageContext::new(pages, &head.uri, &head.headers);
        prefers_html(&head.headers).then(|| page(context()))
    }
}
