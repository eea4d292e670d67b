use axum::http::HeaderMap;
use registrar_domain::{Field, IdempotencyKey};

use crate::http::IDEMPOTENCY_KEY;
use crate::pages::Values;
use crate::submission::Fields;

/// A form as it was sent, so that it can be shown again.
pub(super) struct FilledForm {
    pub(super) values: Values,
    /// The key of this draft.
    pub(super) key: IdempotencyKey,
}

impl FilledForm {
    /// What could be read of it. Without a usable key the form gets one of its own: nothing can have
    /// been accepted under the one that it had.
    pub(super) fn new(headers: &HeaderMap, fields: Option<&Fields>) -> Self {
        let entered =
            |field| fields.map_or_else(String::new, |fields| fields.entered(field).to_owned());
        let values = Values {
            first_name: entered(Field::FirstName),
            last_name: entered(Field::LastName),
            email: entered(Field::Email),
        };
        let from_header = || {
            let key = headers.get(IDEMPOTENCY_KEY)?.to_str().ok()?;
            IdempotencyKey::parse(key).ok()
        };
        let from_form = fields.and_then(|fields| fields.idempotency_key().ok().flatten());
        let key = from_form.or_else(from_header).unwrap_or_else(IdempotencyKey::generate);
        Self { values, key }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;

    use super::*;
    use crate::submission::{MediaType, parse_fields};

    const KEY: &str = "0123456789abcdef";

    fn read(header: Option<&str>, body: &'static str) -> FilledForm {
        let mut headers = HeaderMap::new();
        if let Some(key) = header {
            headers.insert("idempotency-key", key.parse().unwrap());
        }
        let fields = parse_fields(MediaType::Form, &Bytes::from_static(body.as_bytes()));
        FilledForm::new(&headers, fields.as_ref().ok())
    }

    #[test]
    fn answers_are_kept_as_they_were_entered() {
        let form = read(None, "first_name=+Ada+&email=ada&last_name=A&last_name=B");
        assert_eq!(form.values.first_name, " Ada ");
        assert_eq!(form.values.last_name, "", "it is not known which is meant");
        assert_eq!(form.values.email, "ada");
    }

    #[test]
    fn the_key_of_the_form_or_of_the_header_is_kept() {
        assert_eq!(read(None, "idempotency_key=0123456789abcdef").key.as_str(), KEY);
        assert_eq!(read(Some(KEY), "email=a").key.as_str(), KEY);
    }

    #[test]
    fn a_form_without_a_usable_key_gets_one() {
        for body in ["", "idempotency_key=(none)", "idempotency_key=%ff"] {
            assert_eq!(read(None, body).key.as_str().len(), 36, "{body}");
        }
    }
}
