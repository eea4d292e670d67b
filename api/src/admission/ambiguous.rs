use std::net::Ipv6Addr;

use axum::http::{HeaderMap, HeaderValue, Version, header};
use registrar_http::field_value::{elements, values};

use crate::problem::{Problem, ProblemKind};

/// Refuses requests that two servers could understand differently, which is how requests are
/// smuggled past proxies: hyper takes them.
///
/// A request with both `Content-Length` and `Transfer-Encoding` cannot be seen here: hyper heeds the
/// latter, and closes the connection after the answer (RFC 9112, 6.3).
pub(super) fn refuse(version: Version, headers: &HeaderMap) -> Result<(), Problem> {
    check_host(version, headers)
        .and_then(|()| check_transfer_coding(headers))
        .and_then(|()| check_content_type(headers))
        // What follows on this connection may not be what it seems.
        .map_err(|problem| {
            problem.with_header(header::CONNECTION, HeaderValue::from_static("close"))
        })
}

/// RFC 9112, section 3.2: a server must refuse no host, two, and one that is none. Which host it is
/// does not matter: every address here is relative.
fn check_host(version: Version, headers: &HeaderMap) -> Result<(), Problem> {
    let wrong = |message| Err(Problem::new(ProblemKind::MalformedHead, message));
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if version < Version::HTTP_11 => Ok(()),
        (None, _) => wrong("Send a Host header: HTTP/1.1 requires it."),
        (Some(_), Some(_)) => wrong("Send one Host header, not several."),
        (Some(host), None) if is_host(host.as_bytes()) => Ok(()),
        (Some(_), None) => wrong("Send a Host header like registrar.example:5000."),
    }
}

/// Whether it is a host, with a port or without (RFC 3986, 3.2.2). Commas, which a name may have by the
/// RFC, are what a proxy makes of two headers.
fn is_host(value: &[u8]) -> bool {
    let Ok(value) = str::from_utf8(value) else { return false };
    let (host, port) = match value.strip_prefix('[') {
        Some(bracketed) => match bracketed.split_once(']') {
            Some((address, port)) if address.parse::<Ipv6Addr>().is_ok() => (address, port),
            _ => return false,
        },
        None => value.split_at(value.find(':').unwrap_or(value.len())),
    };
    let is_of_a_host =
        |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+;=%:".contains(&byte);
    let is_port = match port.strip_prefix(':') {
        Some("") => true,
        Some(digits) => {
            digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok()
        }
        None => port.is_empty(),
    };
    !host.is_empty() && host.bytes().all(is_of_a_host) && is_port
}

/// RFC 9112, section 6.1: what was encoded in a way that is not understood here is answered with 501.
/// hyper only looks at the last coding, and would hand on what is inside as it is.
fn check_transfer_coding(headers: &HeaderMap) -> Result<(), Problem> {
    let codings: Vec<_> = elements(values(headers, &header::TRANSFER_ENCODING)).collect();
    if codings.iter().any(|coding| !coding.eq_ignore_ascii_case(b"chunked")) {
        return Err(Problem::new(
            ProblemKind::UnknownTransferCoding,
            "Send the body with Transfer-Encoding: chunked or with a Content-Length, and without \
             any other transfer coding.",
        ));
    }
    if codings.len() > 1 {
        return Err(Problem::new(
            ProblemKind::MalformedHead,
            "Send the body chunked once, not several times.",
        ));
    }
    Ok(())
}

/// RFC 9110, section 5.3: it may come once. Some would heed the first, others the last.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    if headers.get_all(header::CONTENT_TYPE).iter().nth(1).is_none() {
        return Ok(());
    }
    let message = "Send one Content-Type header, not several.";
    Err(Problem::new(ProblemKind::MalformedHead, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_with_a_port_or_without() {
        for host in [
            "registrar.example",
            "registrar.example:5000",
            "localhost:",
            "registrar_api",
            "127.0.0.1:5000",
            "[::1]",
            "[2001:db8::1]:443",
            "xn--e1afmkfd.example",
            "a%20b",
        ] {
            assert!(is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for host in [
            "",
            ":5000",
            "a.example, b.example",
            "a.example,b.example",
            "a example",
            "http://a.example",
            "a.example/x",
            "user@a.example",
            "a.example:port",
            "a.example:70000",
            "a.example:+80",
            "a.example:80:80",
            "::1",
            "[::1",
            "[a.example]",
            "[::1]x",
            "bücher.example",
        ] {
            assert!(!is_host(host.as_bytes()), "{host}");
        }
    }

    #[test]
    fn a_content_type_may_come_once() {
        for (values, expected) in [
            (&[][..], None),
            (&["application/json"], None),
            (&["application/json", "text/plain"], Some(ProblemKind::MalformedHead)),
            (&["application/json", "application/json"], Some(ProblemKind::MalformedHead)),
        ] {
            let values = values.iter().map(|v| (header::CONTENT_TYPE, v.parse().unwrap()));
            let refused = check_content_type(&values.collect()).err();
            assert_eq!(refused.map(|problem| problem.kind()), expected);
        }
    }

    #[test]
    fn only_what_is_chunked_once_is_understood() {
        for (values, expected) in [
            (&[][..], None),
            (&["chunked"], None),
            (&["Chunked"], None),
            (&["gzip, chunked"], Some(ProblemKind::UnknownTransferCoding)),
            (&["gzip", "chunked"], Some(ProblemKind::UnknownTransferCoding)),
            (&["identity, chunked"], Some(ProblemKind::UnknownTransferCoding)),
            (&["\"chunked\""], Some(ProblemKind::UnknownTransferCoding)),
            (&["chunked, chunked"], Some(ProblemKind::MalformedHead)),
            (&["chunked", "chunked"], Some(ProblemKind::MalformedHead)),
        ] {
            let values = values.iter().map(|v| (header::TRANSFER_ENCODING, v.parse().unwrap()));
            let refused = check_transfer_coding(&values.collect()).err();
            assert_eq!(refused.map(|problem| problem.kind()), expected);
        }
    }
}
