//! Mutants of a worker's store: what one does not change is as in the double.

use std::collections::HashSet;
use std::marker::PhantomData;

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{
    DeadLetter, ImportCounts, ImportEntry, RegistrationStore, StorageError, Verdict,
};

use super::super::database::DatabaseDouble;
use super::super::installation::{Assembly, as_it_is};

/// What is wrong with the store of a worker.
pub(super) trait Mutant: Default + Send + Sync + 'static {
    fn store(
        &self,
        double: &DatabaseDouble,
        batch: &[Registration],
    ) -> impl Future<Output = Result<Vec<Verdict>, StorageError>> + Send {
        double.store(batch)
    }

    fn record_imports(
        &self,
        double: &DatabaseDouble,
        entries: Vec<ImportEntry>,
    ) -> impl Future<Output = Result<Vec<Option<ImportCounts>>, StorageError>> + Send {
        double.record_imports(entries)
    }

    fn record(
        &self,
        double: &DatabaseDouble,
        additions: &Ledger,
    ) -> impl Future<Output = Result<(), StorageError>> + Send {
        double.record(additions)
    }

    /// The connections of the worker close.
    fn close(&mut self, _double: &DatabaseDouble) {}
}

/// The product with such a mutant.
pub(super) struct WithStore<M>(PhantomData<fn() -> M>);

impl<M: Mutant> Assembly for WithStore<M> {
    as_it_is!(Publishing, Consuming);

    type Store = MutantStore<M>;

    fn store(double: DatabaseDouble) -> MutantStore<M> {
        MutantStore { double, mutant: M::default() }
    }
}

pub(super) struct MutantStore<M: Mutant> {
    double: DatabaseDouble,
    mutant: M,
}

impl<M: Mutant> RegistrationStore for MutantStore<M> {
    async fn probe(&self) -> Result<(), StorageError> {
        self.double.probe().await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        self.mutant.store(&self.double, batch).await
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        self.double.hold(dead_letters).await
    }

    async fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashSet<RegistrationId>, StorageError> {
        self.double.with_outcome(ids).await
    }

    async fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        self.mutant.record_imports(&self.double, entries).await
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        self.mutant.record(&self.double, additions).await
    }
}

impl<M: Mutant> Drop for MutantStore<M> {
    fn drop(&mut self) {
        self.mutant.close(&self.double);
    }
}
