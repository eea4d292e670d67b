use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use registrar_domain::{Decision, RegistrationId};
use tokio::time::Instant;

use super::rows;
use crate::error::StorageError;
use crate::pool::Pool;
use crate::pool::session::Session;

/// A connection that was used this recently needs no ping before the next read.
const RECENT: Duration = Duration::from_secs(1);
/// After this long a connection goes back to the pool, which sees to its age.
const LONGEST_USE: Duration = Duration::from_mins(1);

/// Reads the status of registrations. Give it a pool of its own, small and with short timeouts.
///
/// It keeps a connection while it reads often: a connection from the pool costs a ping before, and a
/// ping and a `ROLLBACK` after.
#[derive(Clone)]
pub struct StatusReader {
    pool: Pool,
    kept: Arc<Mutex<Option<Kept>>>,
}

struct Kept {
    session: Session,
    since: Instant,
    last_used: Instant,
}

impl StatusReader {
    /// A reader of the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool, kept: Arc::default() }
    }

    /// The decisions on `ids`. An id that is absent is not decided: accepted and in the queue, or
    /// never accepted. A discarded dead letter still counts as on hold.
    ///
    /// Nothing is written, so a caller may drop it at any time.
    pub async fn decisions(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashMap<RegistrationId, Decision>, StorageError> {
        if let Some(mut kept) = self.take_recent() {
            match rows::read(&mut kept.session, ids).await {
                Ok(found) => {
                    self.keep(kept.session, kept.since);
                    return Ok(found);
                }
                Err(failure) if failure.is_timeout() => return Err(failure.into()),
                // The server may have closed the connection since it was used.
                Err(_) => {}
            }
        }
        let mut session = Session::new(&self.pool);
        let found = rows::read(&mut session, ids).await?;
        self.keep(session, Instant::now());
        Ok(found)
    }

    fn take_recent(&self) -> Option<Kept> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.filter(|kept| kept.last_used.elapsed() < RECENT && kept.since.elapsed() < LONGEST_USE)
    }

    fn keep(&self, session: Session, since: Instant) {
        let kept = Kept { session, since, last_used: Instant::now() };
        let before = self.kept.lock().unwrap_or_else(PoisonError::into_inner).replace(kept);
        drop(before);
    }
}
