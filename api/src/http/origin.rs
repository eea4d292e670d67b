use axum::http::HeaderValue;
use url::Url;

/// Reads an origin as a browser sends it: `https://school.example` or `http://localhost:5173`. One
/// that no browser sends would never match, so it is refused.
///
/// # Errors
/// The rest of a sentence that says what would be right.
pub fn origin(value: &str) -> Result<HeaderValue, String> {
    let value = value.trim();
    let example = "it must be origins such as https://school.example, without a path, separated by \
                   commas";
    let url = Url::parse(value).ok().filter(|url| ["http", "https"].contains(&url.scheme()));
    let url = url.filter(|url| url.username().is_empty() && url.password().is_none());
    let sent = url.ok_or(example)?.origin().ascii_serialization();
    if sent.contains(['*', '%']) {
        return Err(example.to_owned());
    }
    if sent != value {
        return Err(format!("it must be origins as browsers send them: {sent} instead of {value}"));
    }
    HeaderValue::try_from(sent).map_err(|_| example.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        for value in [
            "https://school.example",
            "http://localhost:5173",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "https://xn--bcher-kva.example",
            " https://school.example ",
        ] {
            assert_eq!(origin(value).unwrap(), value.trim());
        }
    }

    #[test]
    fn an_origin_that_no_browser_sends_is_refused_with_the_one_that_it_does() {
        for (value, sent) in [
            ("https://School.example", "https://school.example"),
            ("HTTPS://school.example", "https://school.example"),
            ("https://school.example:443", "https://school.example"),
            ("http://school.example:80", "http://school.example"),
            ("https://school.example/", "https://school.example"),
            ("https://school.example/form", "https://school.example"),
            ("https://school.example?", "https://school.example"),
            ("https://school.example:08443", "https://school.example:8443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("http://[0:0::1]:8080", "http://[::1]:8080"),
        ] {
            let refused = origin(value).unwrap_err();
            let expected =
                format!("it must be origins as browsers send them: {sent} instead of {value}");
            assert_eq!(refused, expected);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for value in [
            "",
            "*",
            "null",
            "school.example",
            "https://",
            "https://*.school.example",
            "https://ada@school.example",
            "https://school.example:70000",
            "ftp://school.example",
            "file:///form.html",
        ] {
            assert!(
                origin(value).unwrap_err().starts_with("it must be origins such as"),
                "{value}"
            );
        }
    }
}
