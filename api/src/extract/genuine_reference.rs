use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use registrar_domain::{RegistrationId, UnknownReference};

use crate::http::LoggedRegistrationId;
use crate::problem::Problem;
use crate::status::Statuses;

/// The registration of the reference in an address, which was issued here.
#[derive(Clone, Copy, Debug)]
pub struct GenuineReference(pub RegistrationId);

impl<S: Send + Sync> FromRequestParts<S> for GenuineReference
where
    Statuses: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What is not even text is no reference either.
        let Path(reference) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_rejection| UnknownReference)?;
        let id = Statuses::from_ref(state).sealer.open(&reference)?;
        if let Some(logged_id) = parts.extensions.get::<LoggedRegistrationId>() {
            logged_id.note(id);
        }
        Ok(Self(id))
    }
}
