//! A worker's store: what the trait promises, made of autocommit statements between which anything
//! can happen.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::future::pending;
use std::sync::Arc;

use registrar_domain::ledger::Ledger;
use registrar_domain::{HoldReason, Outcome, Registration, RegistrationId};
use registrar_storage::{
    DeadLetter, ErrorClass, ImportCounts, ImportEntry, ImportEntryContent, RegistrationStore,
    StorageError, Verdict,
};
use tokio::sync::oneshot;
use tokio::time::sleep;

use super::fault::{Place, What};
use super::imports::part_of;
use super::process::Process;
use super::tables::{Duplicate, REJECTED, Tables};
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
        self.process.goes_on().await;
        let (reply, replied) = oneshot::channel();
        let Self { world, process } = self.clone();
        tokio::spawn(async move {
            let what = world.reach_on_server(&process, Place::Statement).await;
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

    /// Inserts the students and returns those whose e-mail address another one has.
    async fn insert_students(
        &self,
        mut open: Vec<Registration>,
        verdicts: &mut BTreeMap<RegistrationId, Verdict>,
    ) -> Result<Vec<RegistrationId>, StorageError> {
        let mut taken = Vec::new();
        while !open.is_empty() {
            let mut emails = BTreeSet::new();
            let is_first = |row: &Registration| emails.insert(row.student.email().key().to_owned());
            let in_order = open.clone();
            let (first, mut others): (Vec<_>, Vec<_>) = open.into_iter().partition(is_first);
            let name = self.about("inserts", first.iter().map(|row| &row.id));
            let rows = first.clone();
            let inserted = self.statement(name, move |tables| tables.insert_students(&rows));
            match inserted.await? {
                Ok(()) => verdicts
                    .extend(first.iter().map(|row| (row.id, decided(Outcome::Registered, true)))),
                Err(Duplicate) => others.extend(first),
            }
            if others.is_empty() {
                break;
            }
            let name = self.about("reads the owners for", others.iter().map(|row| &row.id));
            let rows = others.clone();
            let read = move |tables: &mut Tables| -> Vec<_> {
                let owner = |row: &Registration| tables.owner_of(row.student.email().key());
                rows.iter().map(|row| (tables.students.contains_key(&row.id), owner(row))).collect()
            };
            for (row, (is_there, owner)) in others.iter().zip(self.statement(name, read).await?) {
                if is_there {
                    verdicts.insert(row.id, decided(Outcome::Registered, false));
                } else if owner.is_some() {
                    taken.push(row.id);
                }
            }
            open = in_order;
            open.retain(|row| !verdicts.contains_key(&row.id) && !taken.contains(&row.id));
        }
        Ok(taken)
    }

    async fn insert_rejections(
        &self,
        mut open: Vec<RegistrationId>,
        verdicts: &mut BTreeMap<RegistrationId, Verdict>,
    ) -> Result<(), StorageError> {
        while !open.is_empty() {
            let ids = open.clone();
            let name = self.about("rejects", &ids);
            if self.statement(name, move |tables| tables.insert_rejections(&ids)).await?.is_ok() {
                verdicts.extend(open.iter().map(|id| (*id, decided(REJECTED, true))));
                return Ok(());
            }
            let found = self.decided(open.clone()).await?;
            open.retain(|id| !found.contains_key(id));
            verdicts.extend(found.into_iter().map(|(id, outcome)| (id, decided(outcome, false))));
        }
        Ok(())
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
        let mut verdicts = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<_> = batch.iter().filter(|row| seen.insert(row.id)).cloned().collect();
        open.retain(|row| {
            let email = row.student.email().as_str();
            let verdict = if self.world.is_locked(email) {
                Verdict::Delayed(failed(ErrorClass::Transient))
            } else if email == POISON {
                let reason = HoldReason::RefusedByDatabase;
                Verdict::Refused { reason, fingerprint: "simulated".to_owned(), code: None }
            } else {
                return true;
            };
            self.world.note(|| format!("{}: {verdict:?}", self.about("finds", [&row.id])));
            verdicts.insert(row.id, verdict);
            false
        });
        open.sort_by(|a, b| a.student.email().key().cmp(b.student.email().key()));
        let taken = self.insert_students(open, &mut verdicts).await?;
        self.insert_rejections(taken, &mut verdicts).await?;
        Ok(batch.iter().map(|row| verdicts[&row.id].clone()).collect())
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
        for ImportEntry { id, content, .. } in entries {
            let ImportEntryContent::Rows(rows) = content else { continue };
            let part = part_of(&rows);
            let name = format!("looks for part {part} of an import");
            if self.statement(name, move |tables| tables.is_recorded(id, part)).await? {
                recorded.push(None);
                continue;
            }
            let settled = rows.clone();
            let name = "reads who registered the rows of an import".to_owned();
            let counts = self.statement(name, move |tables| tables.count(id, &settled)).await?;
            let name = format!("records part {part} of an import");
            let insert = move |tables: &mut Tables| tables.insert_chunk(id, &rows, counts);
            recorded.push(self.statement(name, insert).await?.is_ok().then_some(counts));
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
