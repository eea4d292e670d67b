//! Clients that register students while servers fail.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use registrar_common::domain::RegistrationId;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::oracle::Oracle;
use crate::student::Student;
use crate::submission::Submission;
use crate::wait;

/// Between two requests of one client, so that what an outage piles up drains within a test.
const PACE: Duration = Duration::from_millis(10);
/// After a request that got no 202.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);
/// Of so many mixed submissions, one has an address that its client has submitted before.
const DUPLICATE_EVERY: usize = 10;
/// How many repeat what got no 202 at the same time.
const REPEATERS: usize = 8;

/// Many clients at once, each registering one student after the other until stopped.
#[derive(Debug)]
pub struct Load {
    clients: JoinSet<()>,
    log: Arc<Mutex<Log>>,
    stop: CancellationToken,
    api_url: String,
}

/// What all clients have seen so far.
#[derive(Debug, Default)]
struct Log {
    /// Registrations and addresses, in the order of their 202s.
    accepted: Vec<(RegistrationId, String)>,
    unanswered: Vec<Submission>,
}

/// What the clients know in the end.
#[derive(Debug)]
pub struct Answers {
    /// Every registration whose client got a 202.
    pub accepted: HashSet<RegistrationId>,
    /// The different e-mail addresses among them, which is how many students there must be.
    pub addresses: usize,
    /// Requests that got no 202 at first, were repeated, and then got one.
    pub repeated: usize,
}

impl Load {
    /// Starts clients that use idempotency keys and register a new student each time.
    pub fn start(api_url: &str, clients: usize) -> Self {
        Self::of(api_url, clients, |_, _| Submission::keyed(Student::unique()))
    }

    /// Starts clients of which every other uses no idempotency keys, and all of which now and then
    /// submit an address again that they have submitted before: that is to be accepted, and then
    /// rejected.
    pub fn start_mixed(api_url: &str, clients: usize) -> Self {
        Self::of(api_url, clients, |number, earlier| {
            let mut student = Student::unique();
            if earlier.len() % DUPLICATE_EVERY == DUPLICATE_EVERY - 1 {
                student.email.clone_from(&earlier[earlier.len() / 2]);
            }
            if number % 2 == 0 { Submission::keyed(student) } else { Submission::keyless(student) }
        })
    }

    /// `next` makes a client's next submission of its number and the addresses it has submitted.
    fn of(api_url: &str, clients: usize, next: fn(usize, &[String]) -> Submission) -> Self {
        let (log, stop) = (Arc::<Mutex<Log>>::default(), CancellationToken::new());
        let mut running = JoinSet::new();
        for number in 0..clients {
            let next = move |earlier: &[String]| next(number, earlier);
            let (log, stop) = (Arc::clone(&log), stop.clone());
            running.spawn(register_until(stop, api_url.to_owned(), next, log));
        }
        Self { clients: running, log, stop, api_url: api_url.to_owned() }
    }

    /// How many registrations were accepted so far.
    pub fn accepted(&self) -> usize {
        self.log.lock().unwrap().accepted.len()
    }

    /// How many requests got no 202 so far.
    pub fn refused(&self) -> usize {
        self.log.lock().unwrap().unanswered.len()
    }

    /// Waits until so many more registrations were accepted.
    pub async fn accepts(&self, more: usize) {
        let goal = self.accepted() + more;
        let what = "more registrations are accepted";
        wait::until(what, async || (self.accepted() >= goal).then_some(())).await;
    }

    /// Waits until so many more requests got no 202.
    pub async fn refuses(&self, more: usize) {
        let goal = self.refused() + more;
        let what = "more requests get no 202";
        wait::until(what, async || (self.refused() >= goal).then_some(())).await;
    }

    /// Waits until a registration that is accepted from now on is decided, and says how long that
    /// took.
    pub async fn recovers(&self, oracle: &Oracle) -> Duration {
        let (started, before) = (Instant::now(), self.accepted());
        self.accepts(1).await;
        let (id, _) = self.log.lock().unwrap().accepted[before];
        wait::until("a new registration is decided", async || {
            oracle.is_decided(id).await.then_some(())
        })
        .await;
        started.elapsed()
    }

    /// Stops the clients and repeats every request that got no 202, with its key where it has one,
    /// until it gets one.
    pub async fn stop(mut self) -> Answers {
        self.stop.cancel();
        while let Some(client) = self.clients.join_next().await {
            client.unwrap();
        }
        let Log { mut accepted, unanswered } = std::mem::take(&mut *self.log.lock().unwrap());
        let (repeated, client) = (unanswered.len(), Submission::client());
        let repeating = stream::iter(unanswered).map(|submission| {
            let (client, api_url) = (client.clone(), self.api_url.clone());
            async move {
                let sending = async || submission.send(&client, &api_url).await;
                let id = wait::until("a repeated request is accepted", sending).await;
                (id, submission.student.email)
            }
        });
        accepted.extend(repeating.buffer_unordered(REPEATERS).collect::<Vec<_>>().await);
        let addresses: HashSet<_> = accepted.iter().map(|(_, email)| email).collect();
        Answers {
            addresses: addresses.len(),
            accepted: accepted.iter().map(|(id, _)| *id).collect(),
            repeated,
        }
    }
}

async fn register_until(
    stop: CancellationToken,
    api_url: String,
    next: impl Fn(&[String]) -> Submission,
    log: Arc<Mutex<Log>>,
) {
    let client = Submission::client();
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut submitted = Vec::new();
    while !stop.is_cancelled() {
        pace.tick().await;
        let submission = next(&submitted);
        submitted.push(submission.student.email.clone());
        // Not cut off by the stop: what was sent is answered, or repeated.
        if let Some(id) = submission.send(&client, &api_url).await {
            log.lock().unwrap().accepted.push((id, submission.student.email));
        } else {
            log.lock().unwrap().unanswered.push(submission);
            sleep(PAUSE_AFTER_REFUSAL).await;
        }
    }
}
