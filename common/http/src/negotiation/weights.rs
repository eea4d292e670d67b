use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName};

use crate::field_value::{elements, name_and_value, parts, unquoted, values};

/// A range of a list, such as `text/html` or `fa-IR`, and how welcome it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<'a> {
    pub range: &'a [u8],
    pub weight: f32,
    /// Whether it names more than the range, such as `level=1`.
    pub has_parameters: bool,
    element: &'a [u8],
}

impl<'a> Weighted<'a> {
    /// The value of a parameter of the range; what follows the weight is none.
    pub fn parameter(&self, name: &[u8]) -> Option<Cow<'a, [u8]>> {
        let parameters = parts(self.element, b';').skip(1).map(name_and_value);
        let mut parameters = parameters.take_while(|(name, _)| !name.eq_ignore_ascii_case(b"q"));
        let named = parameters.find(|(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| unquoted(value))
    }
}

/// What a header lists, in its order; what has a weight that is no number from 0 to 1 is left out.
pub fn weighted<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = Weighted<'a>> + use<'a> {
    elements(values(headers, name)).filter_map(element)
}

fn element(element: &[u8]) -> Option<Weighted<'_>> {
    let mut parts = parts(element, b';').filter(|part| !part.is_empty());
    let range = parts.next().filter(|_| !element.starts_with(b";"))?;
    let (mut weight, mut has_parameters) = (1.0, false);
    for (name, value) in parts.map(name_and_value) {
        if name.eq_ignore_ascii_case(b"q") {
            weight = number(value)?;
            // What follows a weight says nothing of the range (RFC 7231, 5.3.2).
            break;
        }
        has_parameters = true;
    }
    Some(Weighted { range, weight, has_parameters, element })
}

/// A number from 0 to 1; with more digits, or without its zero, than RFC 9110 (12.4.2) has it, since
/// old clients say ".2".
fn number(value: &[u8]) -> Option<f32> {
    let is_decimal = value.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let number: f32 = str::from_utf8(value).ok().filter(|_| is_decimal)?.parse().ok()?;
    (0.0..=1.0).contains(&number).then_some(number)
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

    use super::*;

    fn read(values: &[&str]) -> Vec<(String, f32, bool)> {
        let headers = values.iter().map(|v| (ACCEPT, v.parse().unwrap())).collect::<HeaderMap>();
        let listed = weighted(&headers, &ACCEPT);
        let range = |weighted: Weighted<'_>| String::from_utf8(weighted.range.to_vec()).unwrap();
        listed.map(|w| (range(w), w.weight, w.has_parameters)).collect()
    }

    #[test]
    fn elements_come_in_their_order_with_their_weights() {
        let expected = [
            ("a/b".to_owned(), 1.0, true),
            ("c".to_owned(), 0.5, false),
            ("d".to_owned(), 0.0, false),
        ];
        assert_eq!(read(&["a/b;level=1, c ; Q = 0.5", "d;q=0"]), expected);
        assert_eq!(read(&["a;q=.2;x=\",;q=1\""]), [("a".to_owned(), 0.2, false)]);
    }

    #[test]
    fn a_range_has_the_parameters_before_its_weight() {
        let headers = HeaderMap::from_iter([(
            ACCEPT,
            "a/b; Version = \"1.0.0\" ;q=0.5;level=1".parse().unwrap(),
        )]);
        let range = weighted(&headers, &ACCEPT).next().unwrap();
        assert_eq!(range.parameter(b"version").as_deref(), Some(b"1.0.0".as_slice()));
        assert_eq!(range.parameter(b"level"), None);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for value in [
            "",
            ",",
            ";q=1",
            "a;q=",
            "a;q",
            "a;q=x",
            "a;q=2",
            "a;q=-1",
            "a;q=+1",
            "a;q=1e0",
            "a;q=NaN",
            "a;q=inf",
            "a;q=\"1\"",
            "a;q=.",
        ] {
            assert_eq!(read(&[value]), [], "{value}");
        }
    }
}
