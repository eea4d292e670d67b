use registrar_domain::{IdempotencyKey, MalformedIdempotencyKey};

use super::{FieldValue, Fields};
use crate::problem::{Problem, ProblemKind};

/// The field in which a form without scripts sends its idempotency key.
pub(super) const KEY_FIELD: &str = "idempotency_key";

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
pub(super) fn resolve_idempotency_key(
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
    use crate::submission::{MediaType, parse_fields};

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
