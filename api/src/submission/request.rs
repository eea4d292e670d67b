use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use registrar_domain::{IdempotencyKey, MalformedIdempotencyKey, Student};

use super::body::{MediaType, read_body};
use super::fields::Fields;
use super::idempotency::resolve_idempotency_key;
use super::parse_fields;
use crate::limits::BodyLimits;
use crate::problem::Problem;

/// A registration as its client sends it.
#[derive(Debug)]
pub struct RegistrationRequest {
    pub key: Option<IdempotencyKey>,
    pub student: Student,
}

impl RegistrationRequest {
    /// The request with these headers and fields, or everything that is wrong with the fields.
    pub fn new(headers: &HeaderMap, fields: Fields) -> Result<Self, Problem> {
        let key = resolve_idempotency_key(header_key(headers)?, &fields)?;
        Ok(Self { key, student: fields.into_student()? })
    }
}

impl FromRequest<BodyLimits> for RegistrationRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, limits: &BodyLimits) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        header_key(&head.headers)?;
        let media_type = MediaType::of(&head.headers)?;
        let body = read_body(&head.headers, body, limits.bytes, limits.timeout).await?;
        Self::new(&head.headers, parse_fields(media_type, &body)?)
    }
}

/// Each of several keys would mean another registration, so only one is taken.
fn header_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, MalformedIdempotencyKey> {
    let mut keys = headers.get_all("idempotency-key").iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(MalformedIdempotencyKey);
    }
    let key = key.to_str().map_err(|_| MalformedIdempotencyKey)?;
    IdempotencyKey::parse(key).map(Some)
}
