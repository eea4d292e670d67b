use axum::http::{HeaderMap, header};

use super::weights::weighted;

/// Whether a page is wanted more than JSON. Who has no preference, such as most programs, gets JSON.
pub fn prefers_html(headers: &HeaderMap) -> bool {
    weight_of("text", "html", headers) > weight_of("application", "json", headers)
}

/// The weight of the most specific range that covers a type; 0 when none does.
fn weight_of(kind: &str, subtype: &str, headers: &HeaderMap) -> f32 {
    let is = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let covering = weighted(headers, header::ACCEPT).filter_map(|(range, weight)| {
        let specificity = match range.split_once('/')? {
            (k, s) if is(k, kind) && is(s, subtype) => 2,
            (k, "*") if is(k, kind) => 1,
            ("*", "*") => 0,
            _ => return None,
        };
        Some((specificity, weight))
    });
    covering.max_by_key(|(specificity, _)| *specificity).map_or(0.0, |(_, weight)| weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(accept: &[&str]) -> bool {
        let values = accept.iter().map(|value| (header::ACCEPT, value.parse().unwrap()));
        prefers_html(&values.collect())
    }

    #[test]
    fn browsers_want_pages() {
        for accept in [
            "text/html",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "TEXT/HTML; charset=utf-8",
            "text/*",
            "application/json;q=0.5, text/html;q=0.6",
            "*/*, application/json;q=0.1",
        ] {
            assert!(prefers(&[accept]), "{accept}");
        }
        assert!(prefers(&["application/json;q=0.1", "text/html"]));
    }

    #[test]
    fn who_does_not_ask_for_pages_gets_json() {
        for accept in [
            "*/*",
            "",
            "application/json",
            "application/json, text/html;q=0.9",
            "application/json, text/html",
            "text/html;q=0, */*",
            "text/html;q=0",
            "text/plain, application/*",
            "image/*",
            "text",
        ] {
            assert!(!prefers(&[accept]), "{accept}");
        }
        assert!(!prefers(&[]));
    }
}
