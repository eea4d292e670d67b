//! What the head of an upload says of its file.

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use encoding_rs::Encoding;
use registrar_http::field_value::{elements, values};

use super::parameters::Parameters;
use crate::problem::{Problem, ProblemKind};

/// How the file is in the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// The body is the file.
    Bare,
    /// `multipart/form-data`, of which one field is the file.
    Form,
}

/// Reads the query and the headers. Of the media type not much is believed: what the first bytes of a
/// file are decides.
pub fn read_head(head: &Parts) -> Result<(Packing, Parameters), Problem> {
    let mut parameters = Parameters::parse(head.uri.query().unwrap_or_default())?;
    let is_gzip = is_gzip(&head.headers)?;
    let content_type = text(&head.headers, &header::CONTENT_TYPE);
    let (essence, rest) = content_type.split_once(';').unwrap_or((content_type, ""));
    let packing = match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => return Err(sent_as_form()),
        "multipart/form-data" if is_gzip => {
            return Err(unsupported("Compress the file rather than the form that it is in."));
        }
        "multipart/form-data" => Packing::Form,
        _ => Packing::Bare,
    };
    if packing == Packing::Bare && parameters.encoding.is_none() {
        parameters.encoding = charset(rest);
    }
    Ok((packing, parameters))
}

/// Whether the body is said to be gzip. What the first bytes of the file are decides; a coding that is not known
/// is refused.
fn is_gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let mut is_gzip = false;
    for coding in elements(values(headers, &header::CONTENT_ENCODING)) {
        if [&b"gzip"[..], b"x-gzip"].iter().any(|gzip| coding.eq_ignore_ascii_case(gzip)) {
            is_gzip = true;
        } else if !coding.eq_ignore_ascii_case(b"identity") {
            let accepted = HeaderValue::from_static("gzip, identity");
            return Err(unsupported("Send the file as it is or compressed with gzip.")
                .with_header(header::ACCEPT_ENCODING, accepted));
        }
    }
    Ok(is_gzip)
}

/// A name that is not known says nothing.
fn charset(parameters: &str) -> Option<&'static Encoding> {
    parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        let is_charset = name.trim().eq_ignore_ascii_case("charset");
        is_charset.then(|| Encoding::for_label(value.as_bytes()))?
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim()
}

/// What curl makes of `--data` and `--data-binary` by itself; the first also drops line breaks.
fn sent_as_form() -> Problem {
    unsupported(
        "This is the type of a form. Send the file itself, such as with: curl -X POST -T students.csv \
         -H \"Authorization: Bearer $KEY\" URL/imports",
    )
}

fn unsupported(sentence: &str) -> Problem {
    Problem::new(ProblemKind::UnsupportedMediaType, sentence)
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<(Packing, Parameters), Problem> {
        let request = headers
            .iter()
            .fold(Request::post("/imports?delimiter=tab"), |request, (name, value)| {
                request.header(*name, *value)
            });
        read_head(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn whatever_type_a_file_has_it_is_a_file() {
        for content_type in
            ["text/csv", "application/vnd.ms-excel", "text/plain", "application/octet-stream", "x"]
        {
            let (packing, parameters) = read(&[("content-type", content_type)]).unwrap();
            assert_eq!((packing, parameters.delimiter), (Packing::Bare, Some(b'\t')));
            assert_eq!(parameters.encoding, None);
        }
        assert_eq!(read(&[]).unwrap().0, Packing::Bare);
        let form = read(&[("content-type", "Multipart/Form-Data; boundary=x; charset=koi8-r")]);
        let (packing, parameters) = form.unwrap();
        assert_eq!((packing, parameters.encoding), (Packing::Form, None));
    }

    #[test]
    fn the_type_may_name_the_encoding() {
        for (content_type, encoding) in [
            ("text/csv; header=present; charset=windows-1251", Some(encoding_rs::WINDOWS_1251)),
            ("text/csv;Charset=\"utf-8\"", Some(encoding_rs::UTF_8)),
            ("text/csv; charset=klingon", None),
        ] {
            let (_, parameters) = read(&[("content-type", content_type)]).unwrap();
            assert_eq!(parameters.encoding, encoding, "{content_type}");
        }
    }

    #[test]
    fn a_form_of_curl_is_refused_with_the_right_line() {
        let refused = read(&[("content-type", "application/x-www-form-urlencoded")]).unwrap_err();
        assert_eq!(refused.kind(), ProblemKind::UnsupportedMediaType);
        assert!(format!("{refused:?}").contains("curl -X POST -T"), "{refused:?}");
    }

    #[test]
    fn gzip_is_the_one_coding_that_is_known() {
        assert!(read(&[("content-encoding", "gzip")]).is_ok());
        assert!(read(&[("content-encoding", "identity")]).is_ok());
        let refused = read(&[("content-encoding", "br")]).unwrap_err();
        assert_eq!(refused.headers()[0].0, header::ACCEPT_ENCODING);
        let form = ("content-type", "multipart/form-data; boundary=x");
        assert!(read(&[form, ("content-encoding", "gzip")]).is_err());
    }
}
