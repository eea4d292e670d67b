use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use registrar_texts::{Language, Texts};

use super::{Page, Pages};
use crate::http::{chosen_language, preferred_language};

/// The page's own style and script, and requests to where it came from: nothing inline, nothing
/// from elsewhere.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every page says of itself: it shows what one person entered or what became of it, so it is
/// neither kept nor found by search engines.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::VARY, "Accept, Accept-Language"),
    (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
];

/// Which pages a client is answered with, and in which language. An extension of the request.
#[derive(Clone, Debug)]
pub struct PageContext {
    pages: Pages,
    language: Language,
    /// Whether the address says so, and every link should keep it.
    has_chosen: bool,
}

impl PageContext {
    pub fn new(pages: &Pages, uri: &Uri, headers: &HeaderMap) -> Self {
        let chosen = chosen_language(uri.query());
        Self {
            pages: pages.clone(),
            language: chosen.unwrap_or_else(|| preferred_language(headers)),
            has_chosen: chosen.is_some(),
        }
    }

    pub fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// What is put after the address of each link, so that a language that was chosen is kept.
    pub fn query(&self) -> &'static str {
        match (self.has_chosen, self.language) {
            (false, _) => "",
            (true, Language::English) => "?lang=en",
            (true, Language::Persian) => "?lang=fa",
        }
    }

    /// An answer with this page; `None` when it cannot be rendered.
    pub fn render(&self, status: StatusCode, page: &Page) -> Option<Response> {
        let html = match self.pages.render(page, self.language, self.query()) {
            Ok(html) => html,
            Err(error) => {
                // Not the error's text, which may quote what was entered.
                let (kind, template, line) = (error.kind(), error.name(), error.line());
                tracing::error!(?kind, template, line, "a page cannot be rendered");
                return None;
            }
        };
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let language = HeaderValue::from_static(self.language.code());
        headers.insert(header::CONTENT_LANGUAGE, language);
        Some(response)
    }
}
