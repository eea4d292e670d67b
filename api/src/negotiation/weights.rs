use axum::http::{HeaderMap, HeaderName};

/// What a header lists, each with its weight from 0 to 1; what has a weight that is no number is
/// left out.
pub(super) fn weighted(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = (&str, f32)> {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).filter_map(element)
}

fn element(element: &str) -> Option<(&str, f32)> {
    let mut parts = element.split(';').map(str::trim);
    let range = parts.next().filter(|range| !range.is_empty())?;
    let weight = parts.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then_some(value.trim())
    });
    let weight: f32 = weight.map_or(Ok(1.0), str::parse).ok()?;
    (0.0..=1.0).contains(&weight).then_some((range, weight))
}

#[cfg(test)]
mod tests {
    use axum::http::header::ACCEPT;

    use super::*;

    fn read(values: &[&str]) -> Vec<(String, f32)> {
        let headers = values.iter().map(|v| (ACCEPT, v.parse().unwrap())).collect::<HeaderMap>();
        weighted(&headers, ACCEPT).map(|(range, weight)| (range.to_owned(), weight)).collect()
    }

    #[test]
    fn elements_come_in_their_order_with_their_weights() {
        let expected = [("a/b".to_owned(), 1.0), ("c".to_owned(), 0.5), ("d".to_owned(), 0.0)];
        assert_eq!(read(&["a/b;level=1, c ; Q = 0.5", "d;q=0"]), expected);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for value in ["", ",", ";q=1", "a;q=", "a;q=x", "a;q=2", "a;q=-1", "a;q=NaN", "a;q=inf"] {
            assert_eq!(read(&[value]), [], "{value}");
        }
    }
}
