use std::cmp::Ordering;

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
    let mut wishes = Language::ALL.map(|language| Wish { language, named: None });
    let mut of_any_other = 0.0;
    for (position, Weighted { range, weight, .. }) in
        weighted(headers, &header::ACCEPT_LANGUAGE).enumerate()
    {
        let subtag = range.split(|&byte| byte == b'-').next().unwrap_or_default();
        let subtag = str::from_utf8(subtag).unwrap_or_default();
        match Language::with_code(subtag) {
            Some(language) => {
                for wish in wishes.iter_mut().filter(|wish| wish.language == language) {
                    wish.heed(weight, position);
                }
            }
            None if range == b"*" && weight > of_any_other => of_any_other = weight,
            None => {}
        }
    }
    // Of equals the last is taken, hence from the back.
    let best = wishes.iter().rev().max_by(|a, b| a.compare(b, of_any_other));
    let best = best.filter(|wish| wish.weight(of_any_other) > 0.0);
    best.map_or(Language::English, |wish| wish.language)
}

/// How much a language is wanted.
struct Wish {
    language: Language,
    /// The greatest weight that it is named with, and where it is named first.
    named: Option<(f32, usize)>,
}

impl Wish {
    fn heed(&mut self, weight: f32, position: usize) {
        let (before, first) = self.named.unwrap_or((weight, position));
        self.named = Some((before.max(weight), first));
    }

    fn weight(&self, of_any_other: f32) -> f32 {
        self.named.map_or(of_any_other, |(weight, _)| weight)
    }

    /// By weight; of equals, the one that is named, and named first, is liked better.
    fn compare(&self, other: &Self, of_any_other: f32) -> Ordering {
        let place = |wish: &Self| wish.named.map_or(usize::MAX, |(_, position)| position);
        let by_weight = self.weight(of_any_other).total_cmp(&other.weight(of_any_other));
        by_weight.then_with(|| place(other).cmp(&place(self)))
    }
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
