use axum::http::HeaderMap;

use crate::limits::Limits;
use crate::problem::{Problem, ProblemKind};

/// Refuses addresses and headers over the limits.
///
/// The server would refuse them too, somewhat above the limits, but with an answer of its own.
pub(super) fn check(
    limits: &Limits,
    uri_length: usize,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    if uri_length > limits.uri_bytes {
        return Err(Problem::new(
            ProblemKind::UriTooLong,
            format!("The address is longer than {} bytes. Shorten it.", limits.uri_bytes),
        ));
    }
    if headers.len() > limits.header_count {
        return Err(Problem::new(
            ProblemKind::HeadersTooLarge,
            format!("Send no more than {} headers.", limits.header_count),
        ));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > limits.header_bytes {
        return Err(Problem::new(
            ProblemKind::HeadersTooLarge,
            format!(
                "The headers are larger than {} bytes together. Send fewer or shorter ones.",
                limits.header_bytes
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn kind_of(uri_length: usize, headers: &HeaderMap) -> Option<ProblemKind> {
        let limits =
            Limits { uri_bytes: 10, header_count: 2, header_bytes: 20, ..Limits::default() };
        check(&limits, uri_length, headers).err().map(|problem| problem.kind())
    }

    fn headers(count: usize, value: &'static str) -> HeaderMap {
        (0..count)
            .map(|i| {
                (format!("x{i}").parse::<HeaderName>().unwrap(), HeaderValue::from_static(value))
            })
            .collect()
    }

    #[test]
    fn a_head_at_the_limits_passes() {
        assert_eq!(kind_of(10, &headers(2, "12345678")), None);
    }

    #[test]
    fn a_head_over_any_limit_is_refused() {
        assert_eq!(kind_of(11, &headers(0, "")), Some(ProblemKind::UriTooLong));
        assert_eq!(kind_of(1, &headers(3, "")), Some(ProblemKind::HeadersTooLarge));
        assert_eq!(kind_of(1, &headers(2, "123456789")), Some(ProblemKind::HeadersTooLarge));
    }
}
