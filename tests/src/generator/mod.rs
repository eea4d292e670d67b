//! Sends requests on a fixed set of connections, and measures from when each request was due.
//!
//! With the coordinated omission of a client that waits for a slow answer before it sends the next
//! request, a stall would count once. Here every request that was due meanwhile counts as late as
//! it was.

mod connection;
mod rate;
mod requests;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use connection::Connection;
use rate::Schedule;

pub use rate::Rate;
pub use requests::Ask;

/// An answer that takes longer than this is a failure.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// What is asked, how often, how long.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where the API is.
    pub address: SocketAddr,
    /// What is asked.
    pub ask: Ask,
    /// How often.
    pub rate: Rate,
    /// How long, or how long at most.
    pub duration: Duration,
    /// How many connections are kept open; an open loop needs more than are ever busy.
    pub connections: usize,
}

/// What came back.
#[derive(Debug)]
pub struct Answers {
    /// Microseconds from when a request was due to the end of its answer, of those that succeeded.
    pub latencies: Histogram<u64>,
    /// Answers with a status of 2xx.
    pub succeeded: usize,
    /// Everything else.
    pub failed: usize,
    /// From the first moment to the last answer.
    pub took: Duration,
    /// Where to look up what was registered: the `Location`s.
    pub locations: Vec<String>,
}

impl Answers {
    /// Successful answers a second.
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 requests")]
    pub fn per_second(&self) -> f64 {
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
    /// Runs it on one thread, which leaves as much of the machine as possible to what is
    /// measured.
    pub async fn run(self) -> Answers {
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
        let schedule = match self.rate {
            Rate::PerSecond(rate) => Some(Schedule::new(start, rate, self.duration)),
            Rate::Saturating | Rate::Times(_) => None,
        };
        let most = if let Rate::Times(times) = self.rate { times } else { usize::MAX };
        let conductor = schedule.map(|schedule| schedule.conduct(&permits));
        let (end, ask) = (start + self.duration, self.ask.clone());
        let turns = Turns { schedule, end, most, permits, next, ask };
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

/// Which request is next.
#[derive(Clone)]
struct Turns {
    schedule: Option<Schedule>,
    end: Instant,
    most: usize,
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
            return (now < self.end && index < self.most).then_some((index, now));
        };
        self.permits.acquire().await.ok()?.forget();
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        Some((index, schedule.due(index)?))
    }
}

/// Asks on one connection.
struct Client {
    address: SocketAddr,
    connection: Connection,
    answers: Answers,
}

impl Client {
    async fn connect(address: SocketAddr) -> Self {
        let connection = Connection::open(address).await.unwrap();
        Self { address, connection, answers: Answers::none() }
    }

    async fn run(mut self, turns: Turns) -> Answers {
        let host = self.address.to_string();
        while let Some((index, due)) = turns.next().await {
            let request = turns.ask.request(index, &host);
            let asking =
                tokio::time::timeout(ANSWER_TIMEOUT, self.connection.ask(request.as_bytes()));
            match asking.await {
                Ok(Ok(answer)) if answer.is_success() => {
                    self.answers.locations.extend(answer.location().map(str::to_owned));
                    self.answers.latencies.record(microseconds(due.elapsed())).unwrap();
                    self.answers.succeeded += 1;
                }
                Ok(Ok(_)) => self.answers.failed += 1,
                Ok(Err(_)) | Err(_) => {
                    self.answers.failed += 1;
                    self.connection = Connection::open(self.address).await.unwrap();
                }
            }
        }
        self.answers
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
