use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use registrar_domain::{ImportId, UnknownImport};
use registrar_storage::ValidImportKey;

use super::AuthenticatedKey;
use crate::imports::KeyRing;
use crate::imports::history::ImportHistory;
use crate::problem::Problem;

/// The import in an address, which belongs to the importer of the request's key.
#[derive(Clone, Debug)]
pub struct GenuineImport {
    pub id: ImportId,
    pub key: ValidImportKey,
}

impl<S: Send + Sync> FromRequestParts<S> for GenuineImport
where
    KeyRing: FromRef<S>,
    ImportHistory: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let AuthenticatedKey(key) = AuthenticatedKey::from_request_parts(parts, state).await?;
        // What is not even text is no reference either.
        let Path(reference) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_rejection| UnknownImport)?;
        let id = ImportHistory::from_ref(state).open(&reference, &key.importer)?;
        Ok(Self { id, key })
    }
}
