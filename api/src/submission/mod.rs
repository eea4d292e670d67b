//! From the body of a request to a published registration.

mod accept;
mod body;
mod encoding;
mod fields;
mod form_urlencoded;
mod json;
mod name_schema;
mod publish;
mod request;
mod wrong_media_type;

pub use accept::{Accepted, Acceptor};
use axum::body::Bytes;
pub use body::{MediaType, is_form_media_type, read_body};
pub use fields::{FieldValue, Fields};
use registrar_domain::Student;
pub use request::RegistrationRequest;
pub use wrong_media_type::looks_like_json;

use crate::problem::Problem;

/// The fields in a body of this type.
pub fn parse_fields(media_type: MediaType, body: &Bytes) -> Result<Fields, Problem> {
    encoding::refuse_binary(body)?;
    let body = encoding::without_byte_order_mark(body)?;
    match media_type {
        MediaType::Json => json::parse(body),
        MediaType::Form => form_urlencoded::parse(body),
    }
}

/// The student in a body of this type, or everything that is wrong with it.
pub fn parse_student(media_type: MediaType, body: &Bytes) -> Result<Student, Problem> {
    parse_fields(media_type, body)?.into_student()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: &str = r#"{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com"}"#;
    const ADA_AS_FORM: &str = "first_name=Ada&last_name=Lovelace&email=ada%40example.com";

    fn parsed(media_type: MediaType, body: &str) -> Result<Student, Problem> {
        parse_student(media_type, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_a_registration() {
        for (media_type, body) in [
            (MediaType::Json, format!("\u{feff}{ADA}")),
            (MediaType::Json, format!("\u{feff} \n{ADA}")),
            (MediaType::Form, format!("\u{feff}{ADA_AS_FORM}")),
            (MediaType::Form, format!("%EF%BB%BF{ADA_AS_FORM}")),
            (MediaType::Form, format!("%ef%bb%bf{ADA_AS_FORM}")),
        ] {
            let student = parsed(media_type, &body);
            assert_eq!(student.unwrap().first_name().as_str(), "Ada", "{body}");
        }
    }

    #[test]
    fn json_that_is_sent_as_a_form_is_named() {
        let encoded = ADA.replace('{', "%7B").replace('"', "%22").replace('@', "%40");
        let with_ampersand = ADA.replace("Ada", "Ada & Co");
        let bodies =
            [ADA, &format!("\u{feff}{ADA}"), &format!("\r\n {ADA}"), &encoded, &with_ampersand];
        for body in bodies.into_iter().chain(["[]", "{", "{\"email\":\"a=b\"}", "[{\"email\":1}]"])
        {
            let problem = parsed(MediaType::Form, body).unwrap_err();
            assert_eq!(problem.kind(), crate::problem::ProblemKind::MalformedRequest, "{body}");
            assert!(
                format!("{problem:?}").contains("send Content-Type: application/json"),
                "{body}"
            );
        }
    }

    #[test]
    fn a_form_that_is_sent_as_json_is_named() {
        for body in [ADA_AS_FORM, &format!("\u{feff}{ADA_AS_FORM}"), "send=yes&email=ada"] {
            let problem = parsed(MediaType::Json, body).unwrap_err();
            let said = format!("{problem:?}");
            assert!(
                said.contains("send Content-Type: application/x-www-form-urlencoded"),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_neither_is_not_taken_for_the_other() {
        for body in ["true", "Ada", "{\"email\": \"a&email=b\"", "\"email=a\"x", "name=Ada"] {
            let problem = format!("{:?}", parsed(MediaType::Json, body).unwrap_err());
            assert!(!problem.contains("looks like"), "{problem}");
        }
        for body in ["", "name=Ada", "{token}=1&first_name=Ada", "email=[a]"] {
            let problem = format!("{:?}", parsed(MediaType::Form, body).unwrap_err());
            assert!(!problem.contains("looks like"), "{problem}");
        }
    }
}
