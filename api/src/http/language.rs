use axum::http::{HeaderMap, header};
use registrar_http::negotiation::{Weighted, weighted};
use registrar_texts::Language;

/// In an address it says which language was chosen.
pub const LANGUAGE_PARAMETER: &str = "lang";

/// The language that the query of an address names, when there is one that the texts have.
pub fn chosen_language(query: Option<&str>) -> Option<Language> {
    let pairs = query?.split('&').filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(name, _)| *name == LANGUAGE_PARAMETER).map(|(_, value)| value);
    Language::with_code(values.next()?)
}

/// The language that is wanted most of those that the texts have; a region does not matter
/// (RFC 9110, 12.5.4, and RFC 4647, 3.4). `tests/corpus/negotiation.tsv` has the rule and what
/// follows from it.
pub fn preferred_language(headers: &HeaderMap) -> Language {
    let listed: Vec<_> = weighted(headers, &header::ACCEPT_LANGUAGE).collect();
    let any_other = listed.iter().filter(|listed| listed.range == b"*");
    let any_other = any_other.map(|listed| listed.weight).fold(0.0, f32::max);
    // By the greatest weight that a language is named with; of equals, the one that is named first.
    let wanted = |language| {
        let is_it = |listed: &Weighted<'_>| language_of(listed.range) == Some(language);
        let named = listed.iter().filter(|listed| is_it(listed)).map(|listed| listed.weight);
        let first = listed.iter().position(is_it).unwrap_or(usize::MAX);
        (named.reduce(f32::max).unwrap_or(any_other), first)
    };
    let mut best = (Language::English, (0.0_f32, usize::MAX));
    for language in Language::ALL {
        let (weight, first) = wanted(language);
        let (best_weight, best_first) = best.1;
        if weight.total_cmp(&best_weight).then(best_first.cmp(&first)).is_gt() && weight > 0.0 {
            best = (language, (weight, first));
        }
    }
    best.0
}

fn language_of(range: &[u8]) -> Option<Language> {
    let subtag = range.split(|&byte| byte == b'-').next().unwrap_or_default();
    Language::with_code(str::from_utf8(subtag).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

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
