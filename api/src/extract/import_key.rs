use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use registrar_domain::ImportKey;
use registrar_storage::ValidImportKey;

use crate::imports::KeyRing;
use crate::imports::problems::unauthorized;
use crate::problem::Problem;

/// The key that a request carries, which may be used now.
#[derive(Clone, Debug)]
pub struct AuthenticatedKey(pub ValidImportKey);

impl AuthenticatedKey {
    pub async fn from_headers(headers: &HeaderMap, keys: &KeyRing) -> Result<Self, Problem> {
        const WRONG: &str = "This key was never made, has expired or was revoked.";
        let key = bearer(headers).ok_or_else(|| {
            unauthorized("Send your key for imports in a header: Authorization: Bearer KEY.", false)
        })?;
        let key = ImportKey::parse(key).ok_or_else(|| unauthorized(WRONG, true))?;
        match keys.find(&key).await {
            Ok(Some(key)) => Ok(Self(key)),
            Ok(None) => Err(unauthorized(WRONG, true)),
            Err(error) => Err(Problem::imports_unreadable(&error)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AuthenticatedKey
where
    KeyRing: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Self::from_headers(&parts.headers, &KeyRing::from_ref(state)).await
    }
}

/// The one token of the header (RFC 6750, 2.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?.to_str().ok()?;
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_one_token_of_its_header() {
        let headers = |values: &[&str]| {
            let pair = |value: &&str| (header::AUTHORIZATION, value.parse().unwrap());
            values.iter().map(pair).collect::<HeaderMap>()
        };
        for value in ["Bearer registrar_1", "bearer  registrar_1 ", "BEARER registrar_1"] {
            assert_eq!(bearer(&headers(&[value])), Some("registrar_1"), "{value}");
        }
        for values in [
            &[][..],
            &["registrar_1"],
            &["Basic registrar_1"],
            &["Bearer a", "Bearer a"],
            &["Bearer"],
        ] {
            assert_eq!(bearer(&headers(values)), None, "{values:?}");
        }
    }
}
