use std::collections::HashMap;

use registrar_domain::{Decision, RegistrationId};

use super::rows;
use crate::error::StorageError;
use crate::pool::Pool;
use crate::pool::session::{Session, run_to_completion};

/// Reads how registrations stand. Give it a pool of its own, small and with short timeouts.
#[derive(Clone)]
pub struct StatusReader {
    pool: Pool,
}

impl StatusReader {
    /// A reader of the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// The decisions on `ids`. An id that is absent is not decided: accepted and in the queue, or
    /// never accepted. A discarded dead letter still counts as on hold.
    pub async fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashMap<RegistrationId, Decision>, StorageError> {
        let (mut session, ids) = (Session::new(&self.pool), ids.to_vec());
        run_to_completion(async move {
            let found = rows::read(&mut session, &ids).await?;
            let decisions = found.into_iter().filter_map(|(id, rows)| Some((id, rows.decision()?)));
            Ok(decisions.collect())
        })
        .await
    }
}
