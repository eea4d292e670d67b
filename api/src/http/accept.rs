use axum::http::{HeaderMap, header};
use registrar_http::negotiation::{MediaType, Welcome, weighted};

const HTML: MediaType = (b"text", b"html");
const JSON: MediaType = (b"application", b"json");
/// What errors are.
const PROBLEM: MediaType = (b"application", b"problem+json");

/// Whether a page is wanted more than JSON (RFC 9110, 12.5.1). Who has no preference, such as most
/// programs, gets JSON; `tests/corpus/negotiation.tsv` has the rule and what follows from it.
pub fn prefers_html(headers: &HeaderMap) -> bool {
    let ranges: Vec<_> = weighted(headers, &header::ACCEPT).collect();
    let [html, json, problem] = [HTML, JSON, PROBLEM].map(|it| Welcome::new(it, &ranges));
    html.is_more_than(json) && (!problem.is_named() || html.is_more_than(problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_are_one_list_and_none_asks_for_nothing() {
        let lines = ["application/json;q=0.1", "text/html"];
        let headers = lines.map(|value| (header::ACCEPT, value.parse().unwrap()));
        assert!(prefers_html(&headers.into_iter().collect()));
        assert!(!prefers_html(&HeaderMap::new()));
    }
}
