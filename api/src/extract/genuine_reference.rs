use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use registrar_domain::{RegistrationId, UnknownReference};

use crate::problem::Problem;
use crate::state::Api;
use crate::submission::LoggedRegistrationId;

/// The registration of the reference in an address, which was issued here.
#[derive(Clone, Copy, Debug)]
pub struct GenuineReference(pub RegistrationId);

impl FromRequestParts<Arc<Api>> for GenuineReference {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        // What is not even text is no reference either.
        let Path(reference) = Path::<String>::from_request_parts(parts, api)
            .await
            .map_err(|_rejection| UnknownReference)?;
        let id = api.sealer.open(&reference)?;
        if let Some(logged_id) = parts.extensions.get::<LoggedRegistrationId>() {
            logged_id.note(id);
        }
        Ok(Self(id))
    }
}
