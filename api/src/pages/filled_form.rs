use axum::body::Bytes;
use axum::http::HeaderMap;
use registrar_domain::{Field, IdempotencyKey};

use super::Values;
use crate::submission::{MediaType, parse_fields};

/// A form as it was sent, so that it can be shown again.
pub struct FilledForm {
    /// What was entered.
    pub values: Values,
    /// The key of this draft.
    pub key: IdempotencyKey,
}

impl FilledForm {
    /// Reads what it can. Without a usable key the form gets one of its own: nothing can have been
    /// accepted under the one that it had.
    pub fn read(headers: &HeaderMap, body: &Bytes) -> Self {
        let fields = MediaType::of(headers)
            .and_then(|media_type| parse_fields(media_type, body))
            .unwrap_or_default();
        let values = Values {
            first_name: fields.entered(Field::FirstName).to_owned(),
            last_name: fields.entered(Field::LastName).to_owned(),
            email: fields.entered(Field::Email).to_owned(),
        };
        let from_header = || {
            let key = headers.get("idempotency-key")?.to_str().ok()?;
            IdempotencyKey::parse(key).ok()
        };
        let key = fields.idempotency_key().ok().flatten().or_else(from_header);
        Self { values, key: key.unwrap_or_else(IdempotencyKey::generate) }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;

    const KEY: &str = "0123456789abcdef";

    fn read(header: Option<&str>, body: &'static str) -> FilledForm {
        let form = "application/x-www-form-urlencoded".parse().unwrap();
        let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, form)]);
        if let Some(key) = header {
            headers.insert("idempotency-key", key.parse().unwrap());
        }
        FilledForm::read(&headers, &Bytes::from_static(body.as_bytes()))
    }

    #[test]
    fn answers_are_kept_as_they_were_entered() {
        let form = read(None, "first_name=+Ada+&email=ada&last_name=A&last_name=B");
        assert_eq!(form.values.first_name, " Ada ");
        assert_eq!(form.values.last_name, "", "nobody knows which is meant");
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
