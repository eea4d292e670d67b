//! How welcome a media type is (RFC 9110, 12.5.1).

use std::cmp::Ordering;

use super::Weighted;
use crate::field_value::parts;

pub type MediaType = (&'static [u8], &'static [u8]);

/// The specificity from which on a range names the type itself.
const NAMED: u8 = 3;

/// How welcome a type is, by the most specific range that covers it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Welcome {
    weight: f32,
    specificity: u8,
}

impl Welcome {
    /// Not at all, when no range covers the type. Of ranges that are as specific the first counts.
    pub fn new(media_type: MediaType, ranges: &[Weighted<'_>]) -> Self {
        ranges.iter().fold(Self::default(), |best, range| match specificity(media_type, range) {
            Some(specificity) if specificity > best.specificity => {
                Self { weight: range.weight, specificity }
            }
            _ => best,
        })
    }

    pub fn is_named(self) -> bool {
        self.specificity >= NAMED
    }

    /// Of what is as welcome, the one is that is named more closely: old browsers say
    /// `text/html, */*`.
    pub fn is_more_than(self, other: Self) -> bool {
        match self.weight.total_cmp(&other.weight) {
            Ordering::Greater => true,
            Ordering::Equal => self.weight > 0.0 && self.specificity > other.specificity,
            Ordering::Less => false,
        }
    }
}

/// How specific a range that covers a type is, above 0; `None` when it does not.
fn specificity((kind, subtype): MediaType, range: &Weighted<'_>) -> Option<u8> {
    let mut halves = parts(range.range, b'/');
    match (halves.next()?, halves.next(), halves.next()) {
        (k, Some(s), None) if k.eq_ignore_ascii_case(kind) && s.eq_ignore_ascii_case(subtype) => {
            // Our answers have no parameters that clients ask for.
            Some(if range.has_parameters { NAMED } else { NAMED + 1 })
        }
        (k, Some(b"*"), None) if k.eq_ignore_ascii_case(kind) => Some(2),
        (b"*", None | Some(b"*"), None) => Some(1),
        _ => None,
    }
}
