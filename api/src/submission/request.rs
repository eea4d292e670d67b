use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use registrar_domain::{IdempotencyKey, MalformedIdempotencyKey, Student};

use super::body::{MediaType, read_body};
use super::fields::{FieldValue, Fields};
use super::parse_fields;
use crate::http::IDEMPOTENCY_KEY;
use crate::limits::BodyLimits;
use crate::problem::{Problem, ProblemKind};

/// The field in which a form without scripts sends its idempotency key.
pub(super) const KEY_FIELD: &str = "idempotency_key";

/// A registration as its client sends it.
#[derive(Debug)]
pub struct RegistrationRequest {
    pub key: Option<IdempotencyKey>,
    pub student: Student,
}

impl RegistrationRequest {
    /// The request with these headers and fields, or everything that is wrong with the fields.
    pub fn new(headers: &HeaderMap, fields: Fields) -> Result<Self, Problem> {
        Self::with_key(header_key(headers)?, fields)
    }

    fn with_key(from_header: Option<IdempotencyKey>, fields: Fields) -> Result<Self, Problem> {
        let key = resolve_idempotency_key(from_header, &fields)?;
        Ok(Self { key, student: fields.into_student()? })
    }
}

impl FromRequest<BodyLimits> for RegistrationRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, limits: &BodyLimits) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let key = header_key(&head.headers)?;
        let media_type = MediaType::of(&head.headers)?;
        let body = read_body(&head.headers, body, limits.bytes, limits.timeout).await?;
        Self::with_key(key, parse_fields(media_type, &body)?)
    }
}

/// Each of several keys would mean another registration, so only one is taken.
fn header_key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, MalformedIdempotencyKey> {
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    if keys.next().is_some() {
        return Err(MalformedIdempotencyKey);
    }
    let key = key.to_str().map_err(|_| MalformedIdempotencyKey)?;
    IdempotencyKey::parse(key).map(Some)
}

impl Fields {
    /// The key of the form, if it has one.
    pub fn idempotency_key(&self) -> Result<Option<IdempotencyKey>, MalformedIdempotencyKey> {
        match &self.idempotency_key {
            FieldValue::Missing => Ok(None),
            FieldValue::Text(key) if key.is_empty() => Ok(None),
            FieldValue::Text(key) => IdempotencyKey::parse(key).map(Some),
            FieldValue::NotText | FieldValue::Repeated => Err(MalformedIdempotencyKey),
        }
    }
}

/// The key of the header or of the form. Two that differ would mean two registrations, so neither is
/// taken.
fn resolve_idempotency_key(
    from_header: Option<IdempotencyKey>,
    fields: &Fields,
) -> Result<Option<IdempotencyKey>, Problem> {
    match (from_header, fields.idempotency_key()?) {
        (Some(from_header), Some(from_form)) if from_header != from_form => Err(Problem::new(
            ProblemKind::MalformedIdempotencyKey,
            format!(
                "The Idempotency-Key and the form's {KEY_FIELD} differ. Send the same in both."
            ),
        )),
        (Some(key), _) | (None, Some(key)) => Ok(Some(key)),
        (None, None) => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;

    const KEY: &str = "0123456789abcdef";

    fn agreed(
        header: Option<&str>,
        body: &'static str,
    ) -> Result<Option<IdempotencyKey>, ProblemKind> {
        let header = header.map(|key| IdempotencyKey::parse(key).unwrap());
        let fields = parse_fields(MediaType::Form, &Bytes::from_static(body.as_bytes())).unwrap();
        resolve_idempotency_key(header, &fields).map_err(|problem| problem.kind())
    }

    #[test]
    fn the_key_comes_from_the_header_the_form_or_both() {
        let key = IdempotencyKey::parse(KEY).ok();
        assert_eq!(agreed(Some(KEY), "email=a"), Ok(key.clone()));
        assert_eq!(agreed(None, "idempotency_key=0123456789abcdef"), Ok(key.clone()));
        assert_eq!(agreed(Some(KEY), "idempotency_key=0123456789abcdef"), Ok(key.clone()));
        assert_eq!(agreed(Some(KEY), "idempotency_key="), Ok(key));
        assert_eq!(agreed(None, "idempotency_key="), Ok(None));
        assert_eq!(agreed(None, "email=a"), Ok(None));
    }

    #[test]
    fn two_keys_and_what_is_no_key_are_refused() {
        let malformed = Err(ProblemKind::MalformedIdempotencyKey);
        assert_eq!(agreed(Some(KEY), "idempotency_key=fedcba9876543210"), malformed);
        assert_eq!(agreed(None, "idempotency_key=short"), malformed);
        let twice = "idempotency_key=0123456789abcdef&idempotency_key=0123456789abcdef";
        assert_eq!(agreed(None, twice), malformed);
    }

    #[test]
    fn a_member_of_json_with_that_name_is_no_key() {
        let body = Bytes::from_static(br#"{"idempotency_key":"0123456789abcdef"}"#);
        let fields = parse_fields(MediaType::Json, &body).unwrap();
        assert_eq!(fields.idempotency_key(), Ok(None));
    }
}
