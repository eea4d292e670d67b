use std::cmp::Ordering;

use axum::http::{HeaderMap, header};

use super::weights::{Weighted, weighted};
use crate::field_value::parts;

const HTML: (&[u8], &[u8]) = (b"text", b"html");
const JSON: (&[u8], &[u8]) = (b"application", b"json");
/// What errors are.
const PROBLEM: (&[u8], &[u8]) = (b"application", b"problem+json");

/// Whether a page is wanted more than JSON (RFC 9110, 12.5.1). Who has no preference, such as most
/// programs, gets JSON; `tests/corpus/negotiation.tsv` has the rule and what follows from it.
pub fn prefers_html(headers: &HeaderMap) -> bool {
    let ranges: Vec<_> = weighted(headers, &header::ACCEPT).collect();
    let [html, json, problem] = [HTML, JSON, PROBLEM].map(|it| Welcome::of(it, &ranges));
    let is_problem_named = problem.specificity >= NAMED;
    html.is_more_than(json) && (!is_problem_named || html.is_more_than(problem))
}

/// The specificity from which on a range names the type itself.
const NAMED: u8 = 3;

/// How welcome a type is, by the most specific range that covers it.
#[derive(Clone, Copy, Default)]
struct Welcome {
    weight: f32,
    specificity: u8,
}

impl Welcome {
    /// Not at all, when no range covers the type. Of ranges that are as specific the first counts.
    fn of(media_type: (&[u8], &[u8]), ranges: &[Weighted<'_>]) -> Self {
        ranges.iter().fold(Self::default(), |best, range| match specificity(media_type, range) {
            Some(specificity) if specificity > best.specificity => {
                Self { weight: range.weight, specificity }
            }
            _ => best,
        })
    }

    /// Of what is as welcome, the one is that is named more closely: old browsers say
    /// `text/html, */*`.
    fn is_more_than(self, other: Self) -> bool {
        match self.weight.total_cmp(&other.weight) {
            Ordering::Greater => true,
            Ordering::Equal => self.weight > 0.0 && self.specificity > other.specificity,
            Ordering::Less => false,
        }
    }
}

/// How specific a range that covers a type is, above 0; `None` when it does not.
fn specificity((kind, subtype): (&[u8], &[u8]), range: &Weighted<'_>) -> Option<u8> {
    let mut halves = parts(range.range, b'/');
    match (halves.next()?, halves.next(), halves.next()) {
        (k, Some(s), None) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => {
            // Our answers have no parameters that anybody asks for.
            Some(if range.has_parameters { NAMED } else { NAMED + 1 })
        }
        (k, Some(b"*"), None) if k.eq_ignore_ascii_case(kind) => Some(2),
        (b"*", None | Some(b"*"), None) => Some(1),
        _ => None,
    }
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
