use axum::http::{HeaderMap, header};
use registrar_common::texts::Language;

use super::weights::weighted;

/// In an address it says which language somebody chose.
pub const LANGUAGE_PARAMETER: &str = "lang";

/// The language that the query of an address names, when there is one that the texts have.
pub fn chosen_language(query: Option<&str>) -> Option<Language> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == LANGUAGE_PARAMETER).map(|(_, value)| value);
    Language::with_code(values.next()?)
}

/// The language that somebody likes best of those that the texts have; a region does not matter
/// (RFC 4647, 3.4).
pub fn preferred_language(headers: &HeaderMap) -> Language {
    let mut best = (Language::English, 0.0);
    for (range, weight) in weighted(headers, header::ACCEPT_LANGUAGE) {
        let primary = range.split('-').next().unwrap_or_default();
        // Of equals the first counts, so only what is better replaces it.
        if let Some(language) = Language::with_code(primary).filter(|_| weight > best.1) {
            best = (language, weight);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(accept_language: &str) -> Language {
        let value = accept_language.parse().unwrap();
        preferred_language(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)]))
    }

    #[test]
    fn the_best_liked_language_that_is_there_is_taken() {
        for accept_language in
            ["fa", "FA-ir", "fa-IR,fa;q=0.9,en-US;q=0.8", "de, fa;q=0.5", "en;q=0.1, fa;q=0.2"]
        {
            assert_eq!(preferred(accept_language), Language::Persian, "{accept_language}");
        }
        for accept_language in
            ["", "*", "de", "en, fa", "fa;q=0", "fa;q=0.5, en-GB", "far", "fa;q=high"]
        {
            assert_eq!(preferred(accept_language), Language::English, "{accept_language}");
        }
        assert_eq!(preferred_language(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn a_query_may_choose_a_language() {
        for (query, chosen) in [
            (Some("lang=fa"), Some(Language::Persian)),
            (Some("a=b&lang=EN&lang=fa"), Some(Language::English)),
            (Some("lang=de"), None),
            (Some("lang"), None),
            (Some("language=fa"), None),
            (Some(""), None),
            (None, None),
        ] {
            assert_eq!(chosen_language(query), chosen, "{query:?}");
        }
    }
}
