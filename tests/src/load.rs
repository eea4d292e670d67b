//! Clients that register students while servers fail.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use registrar_domain::RegistrationId;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;

use crate::oracle::Oracle;
use crate::student::Student;
use crate::submission::{Refusal, Submission};
use crate::wait;

/// Between two requests of one client, so that the backlog of an outage drains within a test.
const SEND_INTERVAL: Duration = Duration::from_millis(10);
/// After a request that got no 202.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);
/// Of so many mixed submissions, one has an address that its client has submitted before.
const DUPLICATE_EVERY: usize = 10;
/// Of so many clients with a short timeout, one has the usual one.
const WAITING_EVERY: usize = 4;
/// How many repeat what got no 202 at the same time.
const REPEATERS: usize = 8;

/// Many clients at once, each registering one student after the other until stopped.
#[derive(Debug)]
pub struct Load {
    clients: JoinSet<()>,
    count: usize,
    log: Arc<Mutex<Log>>,
    stop: CancellationToken,
    api_url: String,
    began: Instant,
}

/// What all clients have seen so far.
#[derive(Debug, Default)]
struct Log {
    /// In the order of their 202s.
    accepted: Vec<(RegistrationId, Submission)>,
    /// Why requests got no 202.
    refusals: Vec<Refusal>,
    /// What got none, to be repeated in the end.
    unanswered: Vec<Submission>,
    slowest_answer: Duration,
    last_accepted: Option<Instant>,
    longest_silence: Duration,
}

impl Log {
    fn note(&mut self, answer: Result<RegistrationId, Refusal>, of: &Submission, asked: Instant) {
        let now = Instant::now();
        self.slowest_answer = self.slowest_answer.max(now - asked);
        match answer {
            Ok(id) => {
                let silence = self.last_accepted.map_or(Duration::ZERO, |last| now - last);
                self.longest_silence = self.longest_silence.max(silence);
                self.last_accepted = Some(now);
                self.accepted.push((id, of.clone()));
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }
}

/// What a client does about a request that got no 202.
#[derive(Clone, Copy)]
enum Manner {
    /// Repeats it in the end, when the load is stopped.
    GoesOn,
    /// Repeats it at once, until it gets one.
    Insists,
}

/// What the clients have been answered in the end.
#[derive(Debug)]
pub struct Answers {
    /// Outcomes of messages that no API published.
    pub unnumbered: usize,
    /// Every registration whose client got a 202.
    pub accepted: HashSet<RegistrationId>,
    /// The different e-mail addresses among them, which is how many students there must be.
    pub addresses: usize,
    /// Those of them that were sent with an idempotency key.
    pub keyed: HashSet<RegistrationId>,
    /// The different addresses among these that were never sent without a key.
    pub keyed_addresses: usize,
    /// Requests that got no 202 at first, were repeated, and then got one.
    pub repeated: usize,
    /// How many clients there were, and how much they sent.
    pub load: String,
}

impl Load {
    /// Starts clients that use idempotency keys and register a new student each time.
    pub fn start(api_url: &str, clients: usize) -> Self {
        let next = |_, _: &[String]| Submission::keyed(Student::unique());
        Self::start_with(api_url, clients, |_| Submission::client(), next, Manner::GoesOn)
    }

    /// Starts clients of which every other uses no idempotency keys, and all of which now and then
    /// submit an address again that they have submitted before: that is to be accepted, and then
    /// rejected.
    pub fn start_mixed(api_url: &str, clients: usize) -> Self {
        Self::start_with(api_url, clients, |_| Submission::client(), mixed, Manner::GoesOn)
    }

    /// As [`Load::start_mixed`], with clients most of which hang up after `timeout`.
    pub fn start_with_timeout(api_url: &str, clients: usize, timeout: Duration) -> Self {
        let client = |number: usize| {
            if number.is_multiple_of(WAITING_EVERY) {
                Submission::client()
            } else {
                Submission::client_that_waits(timeout)
            }
        };
        Self::start_with(api_url, clients, client, mixed, Manner::GoesOn)
    }

    /// Starts well-behaved clients: they use keys, and repeat a request with its key until it
    /// gets a 202.
    pub fn start_insistent(api_url: &str, clients: usize) -> Self {
        let next = |_, earlier: &[String]| Submission::keyed(now_and_then_again(earlier));
        Self::start_with(api_url, clients, |_| Submission::client(), next, Manner::Insists)
    }

    /// `next` makes a client's next submission of its number and the addresses it has submitted.
    fn start_with(
        api_url: &str,
        clients: usize,
        client: impl Fn(usize) -> Client,
        next: fn(usize, &[String]) -> Submission,
        manner: Manner,
    ) -> Self {
        let (log, stop) = (Arc::<Mutex<Log>>::default(), CancellationToken::new());
        let mut running = JoinSet::new();
        for number in 0..clients {
            let next = move |earlier: &[String]| next(number, earlier);
            let (log, stop, client) = (Arc::clone(&log), stop.clone(), client(number));
            running.spawn(register_until(stop, client, api_url.to_owned(), next, manner, log));
        }
        let (api_url, began) = (api_url.to_owned(), Instant::now());
        Self { clients: running, count: clients, log, stop, api_url, began }
    }

    /// How many registrations were accepted so far.
    pub fn accepted(&self) -> usize {
        self.log.lock().unwrap().accepted.len()
    }

    /// What was accepted so far.
    pub fn accepted_so_far(&self) -> HashSet<RegistrationId> {
        self.log.lock().unwrap().accepted.iter().map(|(id, _)| *id).collect()
    }

    /// How many requests got no 202 so far.
    pub fn refused(&self) -> usize {
        self.log.lock().unwrap().refusals.len()
    }

    /// Why they got none.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.log.lock().unwrap().refusals.clone()
    }

    /// The longest time so far between two 202s, of all clients.
    pub fn longest_silence(&self) -> Duration {
        self.log.lock().unwrap().longest_silence
    }

    /// How long the slowest answer took so far, whatever it was.
    pub fn slowest_answer(&self) -> Duration {
        self.log.lock().unwrap().slowest_answer
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
        let id = self.log.lock().unwrap().accepted[before].0;
        wait::until("a new registration is decided", async || {
            oracle.is_decided(id).await.then_some(())
        })
        .await;
        started.elapsed()
    }

    /// Stops the clients and repeats every request that got no 202, with its key where it has one,
    /// until it gets one.
    pub async fn stop(mut self) -> Answers {
        self.end().await;
        let mut log = std::mem::take(&mut *self.log.lock().unwrap());
        let load = self.description(&log);
        let (repeated, client) = (log.unanswered.len(), Submission::client());
        let repeating = stream::iter(log.unanswered).map(|submission| {
            let (client, api_url) = (client.clone(), self.api_url.clone());
            async move {
                let sending = async || submission.send(&client, &api_url).await;
                let id = wait::until("a repeated request is accepted", sending).await;
                (id, submission)
            }
        });
        let repeated_ones: Vec<_> = repeating.buffer_unordered(REPEATERS).collect().await;
        log.accepted.extend(repeated_ones);
        Answers::new(&log.accepted, repeated, load)
    }

    /// Stops the clients, who repeat nothing: each request that got no 202 was one too many.
    pub async fn abandon(mut self) -> Answers {
        self.end().await;
        let log = std::mem::take(&mut *self.log.lock().unwrap());
        Answers::new(&log.accepted, 0, self.description(&log))
    }

    fn description(&self, log: &Log) -> String {
        let requests = u32::try_from(log.accepted.len() + log.refusals.len()).unwrap();
        let per_second = f64::from(requests) / self.began.elapsed().as_secs_f64();
        format!("{} clients, {per_second:.0} requests/s", self.count)
    }

    async fn end(&mut self) {
        self.stop.cancel();
        while let Some(client) = self.clients.join_next().await {
            client.unwrap();
        }
    }
}

impl Answers {
    /// With registrations that the test itself had accepted, each with an address of its own.
    #[must_use]
    pub fn and(mut self, accepted: &[RegistrationId]) -> Self {
        self.accepted.extend(accepted);
        self.addresses += accepted.len();
        self
    }

    /// With outcomes of messages that no API published, and so no ledger counts.
    #[must_use]
    pub fn and_unnumbered(self, outcomes: usize) -> Self {
        Self { unnumbered: self.unnumbered + outcomes, ..self }
    }

    fn new(accepted: &[(RegistrationId, Submission)], repeated: usize, load: String) -> Self {
        let keyed = || accepted.iter().filter(|(_, submission)| submission.key.is_some());
        let mut addresses = HashSet::new();
        addresses.extend(accepted.iter().map(|(_, submission)| &submission.student.email));
        let mut keyed_addresses = HashSet::new();
        keyed_addresses.extend(keyed().map(|(_, submission)| &submission.student.email));
        Self {
            unnumbered: 0,
            accepted: accepted.iter().map(|(id, _)| *id).collect(),
            addresses: addresses.len(),
            keyed: keyed().map(|(id, _)| *id).collect(),
            keyed_addresses: keyed_addresses.len(),
            repeated,
            load,
        }
    }
}

/// With or without a key, and now and then with an address of before.
fn mixed(number: usize, earlier: &[String]) -> Submission {
    let student = now_and_then_again(earlier);
    if number.is_multiple_of(2) { Submission::keyed(student) } else { Submission::keyless(student) }
}

fn now_and_then_again(earlier: &[String]) -> Student {
    let mut student = Student::unique();
    if earlier.len() % DUPLICATE_EVERY == DUPLICATE_EVERY - 1 {
        student.email.clone_from(&earlier[earlier.len() / 2]);
    }
    student
}

async fn register_until(
    stop: CancellationToken,
    client: Client,
    api_url: String,
    next: impl Fn(&[String]) -> Submission,
    manner: Manner,
    log: Arc<Mutex<Log>>,
) {
    let mut ticks = interval(SEND_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut submitted = Vec::new();
    while !stop.is_cancelled() {
        ticks.tick().await;
        let submission = next(&submitted);
        submitted.push(submission.student.email.clone());
        // Not cut off by the stop: what was sent is answered, or repeated.
        loop {
            let asked = Instant::now();
            let answer = submission.try_send(&client, &api_url).await;
            log.lock().unwrap().note(answer, &submission, asked);
            if answer.is_ok() {
                break;
            }
            sleep(PAUSE_AFTER_REFUSAL).await;
            if matches!(manner, Manner::GoesOn) {
                log.lock().unwrap().unanswered.push(submission);
                break;
            }
        }
    }
}
