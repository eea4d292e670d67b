//! From the body of a request to a published registration.

mod body;
mod fields;
mod form_urlencoded;
mod json;
mod publish;

pub use body::{MediaType, read_body};
pub use fields::{Fields, Given};
pub use publish::publish;

use axum::body::Bytes;
use registrar_common::domain::Student;

use crate::problem::Problem;

/// The student in a body of this type, or everything that is wrong with it.
pub fn parse_student(media_type: MediaType, body: &Bytes) -> Result<Student, Problem> {
    let fields = match media_type {
        MediaType::Json => json::parse(body)?,
        MediaType::Form => form_urlencoded::parse(body)?,
    };
    fields.into_student()
}
