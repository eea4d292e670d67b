use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use registrar_domain::ledger::Ledger;
use registrar_domain::{HoldReason, ImportId, Outcome, Registration, RegistrationId};

use super::hold::DeadLetter;
use super::refusals::Refusals;
use super::totals::OutcomeTotals;
use super::{hold, probe, rows, totals};
use crate::error::StorageError;
use crate::imports::cancellations::store_unless_cancelled;
use crate::imports::entry::{ImportCounts, ImportEntry};
use crate::imports::{broken_off, purge, record};
use crate::ledger;
use crate::pool::Pool;
use crate::pool::session::{Session, run_to_completion};

/// How one attempt ended for one registration; the worker says the same of a message that it cannot
/// read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its outcome is stored: settle the delivery.
    Decided {
        /// Registered or rejected.
        outcome: Outcome,
        /// Whether this attempt brought the outcome about; otherwise it was there before.
        is_fresh: bool,
    },
    /// It cannot be stored as it is, and never will: put it on hold.
    Refused {
        /// Why; from this store always that MySQL refuses this very row.
        reason: HoldReason,
        /// Equal for refusals of the same cause.
        fingerprint: String,
        /// MySQL's error number.
        code: Option<u16>,
    },
    /// Something is in the way of this row and not of others, such as a lock that another session
    /// holds: settle the others and try it again later.
    Delayed(StorageError),
}

/// Where the worker brings registrations to their outcomes.
pub trait RegistrationStore: Send + Sync {
    /// Whether batches can be stored: MySQL answers, has the tables of this version, and lets them
    /// be written.
    fn probe(&self) -> impl Future<Output = Result<(), StorageError>> + Send;

    /// One attempt to store a batch. The verdicts are in the order of the batch.
    ///
    /// After an error some of the batch may be stored: try again. Any delivery and any attempt
    /// comes to the same outcome. Those with the same id count as one, the first; of those with the
    /// same e-mail address the first is registered.
    fn store(
        &self,
        batch: &[Registration],
    ) -> impl Future<Output = Result<Vec<Verdict>, StorageError>> + Send;

    /// Puts messages on hold and returns, in their order, how each registration stands then: on
    /// hold, unless it is registered or rejected already. Can be repeated.
    fn hold(
        &self,
        dead_letters: &[DeadLetter],
    ) -> impl Future<Output = Result<Vec<Outcome>, StorageError>> + Send;

    /// Which of these have an outcome already, held for an operator included, but not discarded.
    fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> impl Future<Output = Result<HashSet<RegistrationId>, StorageError>> + Send;

    /// Records what messages say of imports, whose rows are all settled, and returns what each counts;
    /// nothing of one that was recorded before or has no rows. Can be repeated.
    fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> impl Future<Output = Result<Vec<Option<ImportCounts>>, StorageError>> + Send;

    /// Adds to the ledger, which keeps what was added before. Can be repeated.
    fn record(&self, additions: &Ledger) -> impl Future<Output = Result<(), StorageError>> + Send;
}

/// The store in MySQL. The work of a call runs to completion also when the caller drops its future.
#[derive(Clone)]
pub struct MySqlStore {
    pool: Pool,
    refusals: Arc<Refusals>,
}

impl MySqlStore {
    /// A store in the database of `pool`.
    pub fn new(pool: Pool) -> Self {
        Self { pool, refusals: Arc::default() }
    }

    /// How many dead letters wait for an operator.
    pub async fn count_held(&self) -> Result<u64, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(hold::count_held(&mut session).await?) }).await
    }

    /// How many registrations have which outcome. Reads an index of each table from end to end.
    pub async fn count_outcomes(&self) -> Result<OutcomeTotals, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(totals::count(&mut session).await?) }).await
    }

    /// Deletes the rows that did not make it of imports that began so long ago, and returns how many.
    pub async fn delete_failed_rows(&self, after: Duration) -> Result<u64, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(purge::delete_failed_rows(&mut session, after).await?) })
            .await
    }

    /// The imports without a manifest of which nothing was recorded for so long.
    pub async fn silent_imports(
        &self,
        silent_for: Duration,
    ) -> Result<Vec<ImportId>, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(broken_off::silent(&mut session, silent_for).await?) })
            .await
    }

    /// Marks imports as broken off, unless they have a manifest by now, and returns how many.
    pub async fn mark_broken_off(&self, imports: &[ImportId]) -> Result<u64, StorageError> {
        let (mut session, imports) = (Session::new(&self.pool), imports.to_vec());
        run_to_completion(async move { Ok(broken_off::mark(&mut session, &imports).await?) }).await
    }

    /// Whether the ledger can be read, written and compacted. Writes nothing.
    pub async fn probe_ledger(&self) -> Result<(), StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(ledger::can_be_written(&mut session).await?) }).await
    }

    /// The whole ledger, as of one moment.
    pub async fn read_ledger(&self) -> Result<Ledger, StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(ledger::read(&mut session).await?) }).await
    }

    /// Makes the ledger's table small, and changes nothing that it says.
    pub async fn compact_ledger(&self) -> Result<(), StorageError> {
        let mut session = Session::new(&self.pool);
        run_to_completion(async move { Ok(ledger::compact(&mut session).await?) }).await
    }
}

impl RegistrationStore for MySqlStore {
    async fn probe(&self) -> Result<(), StorageError> {
        let (pool, refusals) = (self.pool.clone(), Arc::clone(&self.refusals));
        run_to_completion(async move { probe::can_store(&pool, &refusals).await }).await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        let (pool, batch) = (self.pool.clone(), batch.to_vec());
        let refusals = Arc::clone(&self.refusals);
        run_to_completion(async move {
            store_unless_cancelled(&mut Session::trusting(&pool), &batch, &refusals).await
        })
        .await
    }

    async fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        let mut session = Session::trusting(&self.pool);
        run_to_completion(async move { record::record(&mut session, &entries).await }).await
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        let (mut session, dead_letters) = (Session::new(&self.pool), dead_letters.to_vec());
        run_to_completion(async move { hold::hold(&mut session, &dead_letters).await }).await
    }

    async fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashSet<RegistrationId>, StorageError> {
        let (mut session, ids) = (Session::new(&self.pool), ids.to_vec());
        run_to_completion(async move { Ok(rows::with_outcome(&mut session, &ids).await?) }).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        let (mut session, additions) = (Session::trusting(&self.pool), additions.clone());
        run_to_completion(async move { Ok(ledger::add(&mut session, &additions).await?) }).await
    }
}
