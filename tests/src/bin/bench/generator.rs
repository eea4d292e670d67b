//! Asks the API on a fixed set of connections, and measures from when each request was due.
//!
//! With the coordinated omission of a client that waits for a slow answer before it sends the next
//! request, a stall would count once. Here every request that was due meanwhile counts as late as
//! it was.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::LOCATION;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::pace::{Pace, Schedule};
use crate::requests::Ask;

/// An answer that takes longer than this is a failure.
const PATIENCE: Duration = Duration::from_secs(15);

/// What is asked, how often, how long.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Where the API is.
    pub(crate) address: SocketAddr,
    /// What is asked.
    pub(crate) ask: Ask,
    /// How often.
    pub(crate) pace: Pace,
    /// How long.
    pub(crate) duration: Duration,
    /// How many connections are kept open; an open loop needs more than are ever busy.
    pub(crate) connections: usize,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answers {
    /// Microseconds from when a request was due to the end of its answer, of those that succeeded.
    pub(crate) latencies: Histogram<u64>,
    /// Answers with a status of 2xx.
    pub(crate) succeeded: usize,
    /// Everything else.
    pub(crate) failed: usize,
    /// From the first moment to the last answer.
    pub(crate) took: Duration,
    /// Where to look up what was registered: the `Location`s.
    pub(crate) locations: Vec<String>,
}

impl Answers {
    /// Successful answers a second.
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 requests")]
    pub(crate) fn per_second(&self) -> f64 {
        self.succeeded as f64 / self.took.as_secs_f64()
    }

    fn none() -> Self {
        Self {
            latencies: Histogram::new(3).unwrap(),
            succeeded: 0,
            failed: 0,
            took: Duration::ZERO,
            locations: Vec::new(),
        }
    }

    fn add(&mut self, other: Self) {
        self.latencies.add(other.latencies).unwrap();
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.locations.extend(other.locations);
    }
}

impl Plan {
    /// Carries it out on one thread, which leaves as much of the machine as possible to what is
    /// measured.
    pub(crate) async fn run(self) -> Answers {
        let run = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(self.run_here())
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    async fn run_here(self) -> Answers {
        let mut clients = Vec::new();
        for _ in 0..self.connections {
            clients.push(Client::connect(self.address).await);
        }
        let start = Instant::now();
        let next = Arc::new(AtomicUsize::new(0));
        let permits = Arc::new(Semaphore::new(0));
        let schedule = match self.pace {
            Pace::PerSecond(rate) => Some(Schedule::new(start, rate, self.duration)),
            Pace::Saturating => None,
        };
        let conductor = schedule.map(|schedule| schedule.conduct(&permits));
        let turns =
            Turns { schedule, end: start + self.duration, permits, next, ask: self.ask.clone() };
        let mut tasks = JoinSet::new();
        for client in clients {
            tasks.spawn(client.run(turns.clone()));
        }
        let mut answers = Answers::none();
        while let Some(part) = tasks.join_next().await {
            answers.add(part.unwrap());
        }
        answers.took = start.elapsed();
        if let Some(conductor) = conductor {
            conductor.join().unwrap();
        }
        answers
    }
}

/// Whose turn it is.
#[derive(Clone)]
struct Turns {
    schedule: Option<Schedule>,
    end: Instant,
    permits: Arc<Semaphore>,
    next: Arc<AtomicUsize>,
    ask: Ask,
}

impl Turns {
    /// The number of the next request and when it was due; `None` when there is no more.
    async fn next(&self) -> Option<(usize, Instant)> {
        let Some(schedule) = &self.schedule else {
            let now = Instant::now();
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            return (now < self.end).then_some((index, now));
        };
        self.permits.acquire().await.ok()?.forget();
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        Some((index, schedule.due(index)?))
    }
}

/// One connection.
struct Client {
    address: SocketAddr,
    host: String,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        Self { address, host: address.to_string(), sender: connection(address).await }
    }

    async fn run(mut self, turns: Turns) -> Answers {
        let mut answers = Answers::none();
        while let Some((index, due)) = turns.next().await {
            let request = turns.ask.request(index, &self.host);
            let Ok(Some(location)) = tokio::time::timeout(PATIENCE, self.ask(request)).await else {
                answers.failed += 1;
                if !self.sender.is_ready() {
                    self.sender = connection(self.address).await;
                }
                continue;
            };
            answers.succeeded += 1;
            answers.latencies.saturating_record(microseconds(due.elapsed()));
            answers.locations.extend(location);
        }
        answers
    }

    /// The location of a successful answer, if it has one; `None` for everything else.
    async fn ask(&mut self, request: hyper::Request<Full<Bytes>>) -> Option<Option<String>> {
        self.sender.ready().await.ok()?;
        let answer = self.sender.send_request(request).await.ok()?;
        let is_success = answer.status().is_success();
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let location = location.map(str::to_owned);
        answer.into_body().collect().await.ok()?;
        is_success.then_some(location)
    }
}

async fn connection(address: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
