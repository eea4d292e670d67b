//! A worker's store: what the trait promises, made of autocommit statements between which anything
//! can happen.

mod batch;
mod imports;

use std::collections::{BTreeMap, HashSet};
use std::future::pending;
use std::sync::Arc;

use registrar_domain::ledger::Ledger;
use registrar_domain::{Outcome, Registration, RegistrationId};
use registrar_storage::{
    DeadLetter, ErrorClass, ImportCounts, ImportEntry, RegistrationStore, StorageError, Verdict,
};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::fault::{Place, What};
use super::process::Process;
use super::tables::Tables;
use super::world::World;

/// The e-mail address of rows that the database refuses.
pub(crate) const POISON: &str = "poison@example.com";
/// The e-mail address of rows that crash the worker.
pub(crate) const DEADLY: &str = "deadly@example.com";
/// How late a statement may be executed whose process has died.
const STALL_MS: (u64, u64) = (0, 2_000);

/// The store of one worker.
#[derive(Clone)]
pub(crate) struct DatabaseDouble {
    pub(crate) world: Arc<World>,
    pub(crate) process: Arc<Process>,
}

pub(crate) fn failed(class: ErrorClass) -> StorageError {
    StorageError::new(class, "simulated", "The simulated database failed.")
}

fn decided(outcome: Outcome, is_fresh: bool) -> Verdict {
    Verdict::Decided { outcome, is_fresh }
}

impl DatabaseDouble {
    /// Sends a statement. The server executes it whether or not a client still waits for the reply.
    async fn statement<T: Send + 'static>(
        &self,
        name: String,
        run: impl FnOnce(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, StorageError> {
        self.statement_at(Place::Statement, name, run).await
    }

    async fn statement_at<T: Send + 'static>(
        &self,
        place: Place,
        name: String,
        run: impl FnOnce(&mut Tables) -> T + Send + 'static,
    ) -> Result<T, StorageError> {
        self.process.goes_on().await;
        let (reply, replied) = oneshot::channel();
        let Self { world, process } = self.clone();
        tokio::spawn(async move {
            let what = world.reach_on_server(&process, place).await;
            if let Some(What::FailStatement(class)) = what {
                return drop(reply.send(Err(failed(class))));
            }
            if world.database_is_away() {
                return drop(reply.send(Err(failed(ErrorClass::Transient))));
            }
            if process.is_dead() {
                if !world.plan.outlives {
                    return;
                }
                sleep(world.some_ms(STALL_MS)).await;
            }
            let result = run(&mut world.tables());
            world.check_counts();
            world.note(|| format!("{}: {name}", process.name));
            let what = world.reach_on_server(&process, Place::Reply).await;
            let is_lost = what == Some(What::LoseReply);
            drop(reply.send(if is_lost { Err(failed(ErrorClass::Transient)) } else { Ok(result) }));
        });
        match replied.await {
            Ok(result) => {
                self.process.goes_on().await;
                result
            }
            Err(_) => pending().await,
        }
    }

    fn about<'a>(&self, what: &str, ids: impl IntoIterator<Item = &'a RegistrationId>) -> String {
        format!("{what} {}", self.world.names_of(ids))
    }

    /// Reads which of these are registered or rejected.
    async fn decided(
        &self,
        ids: Vec<RegistrationId>,
    ) -> Result<BTreeMap<RegistrationId, Outcome>, StorageError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let name = self.about("reads", &ids);
        let decided = |tables: &Tables, id| Some((id, *tables.decided(&id).first()?));
        let read = move |tables: &mut Tables| {
            ids.into_iter().filter_map(|id| decided(tables, id)).collect()
        };
        self.statement(name, read).await
    }
}

impl RegistrationStore for DatabaseDouble {
    async fn probe(&self) -> Result<(), StorageError> {
        self.statement("probes".to_owned(), |_| ()).await
    }

    async fn store(&self, batch: &[Registration]) -> Result<Vec<Verdict>, StorageError> {
        if batch.iter().any(|row| row.student.email().as_str() == DEADLY) {
            self.process.goes_on().await;
            self.world.note(|| format!("{}: crashes over a row", self.process.name));
            self.process.crash();
            return pending().await;
        }
        self.store_unless_cancelled(batch).await
    }

    async fn with_outcome(
        &self,
        ids: &[RegistrationId],
    ) -> Result<HashSet<RegistrationId>, StorageError> {
        let (name, ids) = (self.about("reads the outcomes of", ids), ids.to_vec());
        let has_one = |tables: &Tables, id: &RegistrationId| !tables.outcomes(id).is_empty();
        let read =
            move |tables: &mut Tables| ids.into_iter().filter(|id| has_one(tables, id)).collect();
        self.statement(name, read).await
    }

    async fn record_imports(
        &self,
        entries: Vec<ImportEntry>,
    ) -> Result<Vec<Option<ImportCounts>>, StorageError> {
        let mut recorded = Vec::new();
        for entry in entries {
            recorded.push(self.record_import(entry).await?);
        }
        Ok(recorded)
    }

    async fn record(&self, additions: &Ledger) -> Result<(), StorageError> {
        let additions = additions.clone();
        let record = move |tables: &mut Tables| tables.ledger.add(&additions);
        self.statement("records numbers".to_owned(), record).await
    }

    async fn hold(&self, dead_letters: &[DeadLetter]) -> Result<Vec<Outcome>, StorageError> {
        let ids = dead_letters.iter().filter_map(|dead_letter| dead_letter.registration_id);
        let decided = self.decided(ids.collect()).await?;
        let mut outcomes = Vec::new();
        for dead_letter in dead_letters {
            let outcome = dead_letter.registration_id.and_then(|id| decided.get(&id));
            if outcome.is_none() {
                let (name, dead_letter) =
                    (self.about("holds", &dead_letter.registration_id), dead_letter.clone());
                self.statement(name, move |tables| tables.hold(&dead_letter)).await?;
            }
            outcomes.push(outcome.copied().unwrap_or(Outcome::OnHold(dead_letter.reason)));
        }
        Ok(outcomes)
    }
}
