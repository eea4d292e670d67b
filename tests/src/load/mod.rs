//! Clients that register students while servers fail.

mod answers;
mod client;

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use answers::Answers;
use client::{AfterRefusal, Log, mixed, register_until, sometimes_repeated};
use futures_util::{StreamExt as _, stream};
use registrar_domain::RegistrationId;
use reqwest::Client;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::oracle::Oracle;
use crate::student::Student;
use crate::submission::{Refusal, Submission};
use crate::wait;

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

impl Load {
    /// Starts clients that use idempotency keys and register a new student each time.
    pub fn start(api_url: &str, clients: usize) -> Self {
        let next = |_, _: &[String]| Submission::keyed(Student::unique());
        Self::start_with(api_url, clients, |_| Submission::client(), next, AfterRefusal::SendNext)
    }

    /// Starts clients of which every other uses no idempotency keys, and all of which sometimes submit
    /// an address again: that is to be accepted, and then rejected.
    pub fn start_mixed(api_url: &str, clients: usize) -> Self {
        Self::start_with(api_url, clients, |_| Submission::client(), mixed, AfterRefusal::SendNext)
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
        Self::start_with(api_url, clients, client, mixed, AfterRefusal::SendNext)
    }

    /// Starts well-behaved clients: they use keys, and repeat a request with its key until it
    /// gets a 202.
    pub fn start_retrying(api_url: &str, clients: usize) -> Self {
        let next = |_, earlier: &[String]| Submission::keyed(sometimes_repeated(earlier));
        Self::start_with(api_url, clients, |_| Submission::client(), next, AfterRefusal::Retry)
    }

    /// `next` makes a client's next submission of its number and the addresses it has submitted.
    fn start_with(
        api_url: &str,
        clients: usize,
        client: impl Fn(usize) -> Client,
        next: fn(usize, &[String]) -> Submission,
        after_refusal: AfterRefusal,
    ) -> Self {
        let (log, stop) = (Arc::<Mutex<Log>>::default(), CancellationToken::new());
        let mut running = JoinSet::new();
        for number in 0..clients {
            let next = move |earlier: &[String]| next(number, earlier);
            let (log, stop, client) = (Arc::clone(&log), stop.clone(), client(number));
            running.spawn(register_until(
                stop,
                client,
                api_url.to_owned(),
                next,
                after_refusal,
                log,
            ));
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
        let refused_before = self.refused();
        let what = fmt::from_fn(|f| {
            let refusals = self.refusals();
            let refused = refusals.len() - refused_before;
            let missing = goal.saturating_sub(self.accepted());
            write!(f, "{missing} more registrations are accepted, ")?;
            write!(f, "{refused} got no 202, the last for {:?}", refusals.last())
        });
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
