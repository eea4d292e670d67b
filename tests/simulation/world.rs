//! Everything that is not the product: random numbers, faults, the broker, the database, and the history.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use registrar_domain::RegistrationId;
use registrar_messaging::Publisher;
use registrar_tests::random::Random;
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

use super::broker::Broker;
use super::fault::{Faults, Place, What};
use super::people::People;
use super::plan::{MOST_ADDRESSES, Plan, student};
use super::process::Process;
use super::tables::Tables;
use super::violation::{Rule, Violation};

/// How long servers are away.
const OUTAGE_MS: (u64, u64) = (20, 3_000);
/// Workers read it within two seconds.
const PAUSE_MS: (u64, u64) = (1_000, 8_000);

pub(crate) struct World {
    pub(crate) plan: Plan,
    random: Mutex<Random>,
    faults: Mutex<Faults>,
    broker: Mutex<Broker>,
    tables: Mutex<Tables>,
    database_is_back: Mutex<Instant>,
    interactive_goes_on: Mutex<Instant>,
    /// An e-mail address whose row another transaction locks, and until when.
    locked: Mutex<Option<(String, Instant)>>,
    people: Mutex<People>,
    processes: Mutex<Vec<Arc<Process>>>,
    publisher: Mutex<Option<Publisher>>,
    history: Mutex<Option<Vec<String>>>,
    violations: Mutex<Vec<Violation>>,
    began: Instant,
}

impl World {
    pub(crate) fn new(plan: &Plan, is_recorded: bool) -> Arc<Self> {
        Arc::new(Self {
            random: Mutex::new(Random::from_seed(!plan.schedule)),
            faults: Mutex::new(Faults::new(&plan.faults)),
            broker: Mutex::default(),
            tables: Mutex::default(),
            database_is_back: Mutex::new(Instant::now()),
            interactive_goes_on: Mutex::new(Instant::now()),
            locked: Mutex::default(),
            people: Mutex::default(),
            processes: Mutex::default(),
            publisher: Mutex::default(),
            history: Mutex::new(is_recorded.then(Vec::new)),
            violations: Mutex::default(),
            began: Instant::now(),
            plan: plan.clone(),
        })
    }

    pub(crate) fn random(&self) -> MutexGuard<'_, Random> {
        self.random.lock().unwrap()
    }

    pub(crate) fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().unwrap()
    }

    pub(crate) fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    pub(crate) fn people(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap()
    }

    /// A process of the installation, until it ends.
    pub(crate) fn starts(&self, name: String) -> Arc<Process> {
        let process = Process::named(name);
        self.note(|| format!("{} starts", process.name));
        let mut processes = self.processes.lock().unwrap();
        processes.retain(|other| other.name != process.name);
        processes.push(Arc::clone(&process));
        process
    }

    pub(crate) fn stop_everything(&self) {
        self.processes.lock().unwrap().iter().for_each(|process| process.stop());
    }

    pub(crate) fn publish_through(&self, publisher: Publisher) {
        *self.publisher.lock().unwrap() = Some(publisher);
    }

    pub(crate) fn publisher(&self) -> Option<Publisher> {
        self.publisher.lock().unwrap().clone()
    }

    /// Polls: the tasks that wait on one watch are woken in a random order.
    pub(crate) async fn publisher_is_ready(&self) {
        let is_ready = |publisher: &Publisher| publisher.readiness().is_ready();
        while !self.publisher().as_ref().is_some_and(is_ready) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// The process arrives at a place, where a fault may happen, and waits there for as long as
    /// the seed decides. The fault of this arrival is returned.
    pub(crate) async fn reach(self: &Arc<Self>, process: &Process, place: Place) -> Option<What> {
        process.goes_on().await;
        let what = self.reach_on_server(process, place).await;
        process.goes_on().await;
        what
    }

    /// The same on a server, which goes on when the process that it works for has died.
    pub(crate) async fn reach_on_server(
        self: &Arc<Self>,
        process: &Process,
        place: Place,
    ) -> Option<What> {
        let what = self.strike(process, place);
        self.let_others_run().await;
        what
    }

    fn strike(self: &Arc<Self>, process: &Process, place: Place) -> Option<What> {
        let fault = self.faults.lock().unwrap().at(place)?;
        self.note(|| format!("{}: FAULT {fault}", process.name));
        match fault.what {
            What::Crash => process.crash(),
            What::Stop => process.stop(),
            What::CutPublishing => self.cut_publishing(),
            What::CutConsuming => self.cut_consuming(),
            What::RestartBroker => self.restart_broker(self.some_ms(OUTAGE_MS)),
            What::BlockPublishing => self.block_publishing(self.some_ms(OUTAGE_MS)),
            What::StopDatabase => {
                let until = Instant::now() + self.some_ms(OUTAGE_MS);
                *self.database_is_back.lock().unwrap() = until;
            }
            What::LockRow => {
                let email = student(self.random().below(MOST_ADDRESSES));
                let until = Instant::now() + self.some_ms(OUTAGE_MS);
                *self.locked.lock().unwrap() = Some((email, until));
            }
            What::Pause => {
                let until = Instant::now() + self.some_ms(PAUSE_MS);
                *self.interactive_goes_on.lock().unwrap() = until;
            }
            local => return Some(local),
        }
        None
    }

    pub(crate) fn database_is_away(&self) -> bool {
        Instant::now() < *self.database_is_back.lock().unwrap()
    }

    pub(crate) fn is_locked(&self, email: &str) -> bool {
        let locked = self.locked.lock().unwrap();
        locked.as_ref().is_some_and(|(row, until)| row == email && Instant::now() < *until)
    }

    pub(crate) fn interactive_is_paused_until(&self) -> Instant {
        *self.interactive_goes_on.lock().unwrap()
    }

    pub(crate) fn some_ms(&self, (least, most): (u64, u64)) -> Duration {
        Duration::from_millis(self.random().between(least, most))
    }

    /// Most of the time no other task, sometimes those that are ready, sometimes many.
    async fn let_others_run(&self) {
        let chance = self.random().below(32);
        match chance {
            0..=14 => {}
            15..=24 => yield_now().await,
            25..=30 => sleep(self.some_ms((1, 8))).await,
            _ => sleep(self.some_ms((10, 300))).await,
        }
    }

    pub(crate) fn introduce(&self, id: RegistrationId, name: String) {
        self.people().names.entry(id).or_insert(name);
    }

    /// What the history calls a registration.
    pub(crate) fn name_of(&self, id: &RegistrationId) -> String {
        self.people().names.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    pub(crate) fn names_of<'a>(&self, ids: impl IntoIterator<Item = &'a RegistrationId>) -> String {
        ids.into_iter().map(|id| self.name_of(id)).collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn note(&self, what: impl FnOnce() -> String) {
        let what = {
            let is_recorded = self.history.lock().unwrap().is_some();
            if !is_recorded {
                return;
            }
            what()
        };
        let at = self.began.elapsed().as_millis();
        if let Some(history) = &mut *self.history.lock().unwrap() {
            history.push(format!("{at:>6} ms  {what}"));
        }
    }

    pub(crate) fn is_violated(&self, rule: Rule, detail: String) {
        self.note(|| format!("VIOLATION {rule:?}: {detail}"));
        self.violations.lock().unwrap().push(Violation { rule, detail });
    }

    /// What a reader sees at this moment of the import that something was just recorded of.
    pub(crate) fn check_counts(&self) {
        let wrong = self.tables().wrongly_counted();
        if let Some((rule, detail)) = wrong {
            self.is_violated(rule, detail);
        }
    }

    pub(crate) fn verdict(&self) -> (Vec<String>, Vec<Violation>) {
        let history = self.history.lock().unwrap().take().unwrap_or_default();
        (history, self.violations.lock().unwrap().clone())
    }
}
