//! From the body of a request to a published registration.

mod body;
mod fields;
mod form_urlencoded;
mod json;
mod key;
mod publish;

pub use body::{MediaType, read_body};
pub use fields::{Fields, Given};
pub use key::agreed_key;
pub use publish::publish;

use axum::body::Bytes;
use registrar_common::domain::Student;

use crate::problem::Problem;

/// The fields in a body of this type.
pub fn parse_fields(media_type: MediaType, body: &Bytes) -> Result<Fields, Problem> {
    match media_type {
        MediaType::Json => json::parse(body),
        MediaType::Form => form_urlencoded::parse(body),
    }
}

/// The student in a body of this type, or everything that is wrong with it.
pub fn parse_student(media_type: MediaType, body: &Bytes) -> Result<Student, Problem> {
    parse_fields(media_type, body)?.into_student()
}
