use registrar_api::http::{chosen_language, preferred_language, prefers_html};
use registrar_texts::Language;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue};

use super::corpus::holds_for;

fn with(name: HeaderName, bytes: &[u8]) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(bytes).ok()?;
    Some(HeaderMap::from_iter([(name, value)]))
}

#[test]
fn only_a_client_that_accepts_html_or_text_gets_pages_instead_of_json() {
    holds_for("accept", |bytes| {
        let Some(mut headers) = with(ACCEPT, bytes) else { return };
        let said = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        let wants_pages = prefers_html(&headers);
        // "*" covers both, and is heavier than JSON where JSON was given less on its own.
        assert!(!wants_pages || ["text", "*"].iter().any(|part| said.contains(part)), "{said}");
        headers.append(ACCEPT, HeaderValue::from_static("application/json;q=2, */*;q=x"));
        assert_eq!(prefers_html(&headers), wants_pages, "what cannot be read changes nothing");
    });
}

#[test]
fn any_accept_language_leads_to_a_language_that_it_names_or_to_english() {
    holds_for("accept_language", |bytes| {
        let Some(headers) = with(ACCEPT_LANGUAGE, bytes) else { return };
        let language = preferred_language(&headers);
        let said = String::from_utf8_lossy(bytes).to_ascii_lowercase();
        // "*" stands for those that are not named.
        let is_named = [language.code(), "*"].iter().any(|range| said.contains(range));
        assert!(language == Language::English || is_named, "{said}");
    });
}

#[test]
fn any_query_chooses_a_language_that_it_names_or_none() {
    holds_for("query", |bytes| {
        let query = String::from_utf8_lossy(bytes);
        let Some(language) = chosen_language(Some(&query)) else { return };
        let named = format!("lang={}", language.code());
        assert!(query.to_ascii_lowercase().contains(&named), "{query}");
    });
}
