//! Lists and parameters in the values of headers (RFC 9110, section 5.6).

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The values of a header, each of one line.
pub fn values<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
) -> impl Iterator<Item = &'a [u8]> + use<'a> {
    headers.get_all(name).into_iter().map(HeaderValue::as_bytes)
}

/// The elements of a list that may stand in several lines, without the empty ones.
pub fn elements<'a>(values: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    values.flat_map(|value| parts(value, b',')).filter(|element| !element.is_empty())
}

/// What a delimiter separates, trimmed; in quotes it separates nothing.
pub fn parts(value: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let value = rest.take()?;
        let part = match end_of_part(value, delimiter) {
            Some(end) => {
                rest = Some(&value[end + 1..]);
                &value[..end]
            }
            None => value,
        };
        Some(part.trim_ascii())
    })
}

fn end_of_part(value: &[u8], delimiter: u8) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    value.iter().position(|&byte| {
        if is_escaped {
            is_escaped = false;
        } else if is_quoted && byte == b'\\' {
            is_escaped = true;
        } else if byte == b'"' {
            is_quoted = !is_quoted;
        }
        byte == delimiter && !is_quoted
    })
}

/// A name and what follows its equals sign, both trimmed; nothing when there is none.
pub fn name_and_value(parameter: &[u8]) -> (&[u8], &[u8]) {
    let mut halves = parameter.splitn(2, |&byte| byte == b'=');
    let mut half = || halves.next().unwrap_or_default().trim_ascii();
    (half(), half())
}

/// A value without its quotes and escapes, if it has them.
pub fn unquoted(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(quoted) = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")) else {
        return value.into();
    };
    if !quoted.contains(&b'\\') {
        return quoted.into();
    }
    let mut is_escaped = false;
    let kept = quoted.iter().copied().filter(|&byte| {
        is_escaped = !is_escaped && byte == b'\\';
        !is_escaped
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(values: &[&'static str]) -> Vec<&'static str> {
        let elements = elements(values.iter().map(|value| value.as_bytes()));
        elements.map(|element| str::from_utf8(element).unwrap()).collect()
    }

    #[test]
    fn elements_stand_between_commas_outside_of_quotes() {
        assert_eq!(listed(&["a, b ,c", "d"]), ["a", "b", "c", "d"]);
        assert_eq!(listed(&[", a,, "]), ["a"]);
        assert_eq!(listed(&[r#"x="a, b", c"#]), [r#"x="a, b""#, "c"]);
        assert_eq!(listed(&[r#"x="a\", b", c"#]), [r#"x="a\", b""#, "c"]);
        assert_eq!(listed(&[r#"x="\\", c"#]), [r#"x="\\""#, "c"]);
        assert_eq!(listed(&[r#"x="a, b"#, "c"]), [r#"x="a, b"#, "c"], "quotes end with the line");
    }

    #[test]
    fn a_parameter_is_a_name_with_a_value_or_without() {
        for (parameter, name, value) in
            [("a=b", "a", "b"), (" a = b=c ", "a", "b=c"), ("a", "a", ""), ("=b", "", "b")]
        {
            let expected = (name.as_bytes(), value.as_bytes());
            assert_eq!(name_and_value(parameter.as_bytes()), expected, "{parameter}");
        }
    }

    #[test]
    fn quotes_and_escapes_are_undone() {
        for (value, expected) in [
            ("5", "5"),
            (r#""5""#, "5"),
            (r#""\5""#, "5"),
            (r#""a\\\"b""#, r#"a\"b"#),
            (r#""5"#, r#""5"#),
            (r#"""#, r#"""#),
        ] {
            assert_eq!(*unquoted(value.as_bytes()), *expected.as_bytes(), "{value}");
        }
    }
}
