//! What is measured, in its order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use registrar_tests::generator::{Answers, Ask, Plan, Rate};
use registrar_tests::process::peak_memory_mib;
use registrar_tests::wait;
use registrar_tests::worker::Worker;

use crate::cost::{Costs, Meter};
use crate::peer::Peer;
use crate::progress;
use crate::raw;
use crate::raw_insert;
use crate::stack::Stack;
use crate::worker_metrics::{registered, registered_within_50_ms};

const CONNECTIONS: usize = 256;
const WARM_UP: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
const OFFERED: [u32; 4] = [500, 1_000, 2_000, 5_000];
const LATENCY: Duration = Duration::from_secs(5);
const CALM: Duration = Duration::from_secs(10);
const FIRST_STEP: u32 = 3_000;
const STEP_BY: u32 = 1_000;
const LAST_STEP: u32 = 15_000;
const STEP: Duration = Duration::from_secs(6);
/// A queue that grows by 4% of what is offered has more than this after a step.
const MOST_WAITING: Duration = Duration::from_millis(250);

/// The results.
#[derive(Debug, Default)]
pub(crate) struct Results {
    /// What was possible at saturation, by round.
    pub(crate) rounds: Vec<Round>,
    /// The answers at offered rates, without a worker.
    pub(crate) latencies: Vec<(u32, Answers)>,
    /// Rows a second of a multi-row INSERT with nothing of ours.
    pub(crate) raw_rows_per_second: f64,
    /// Registrations a second that the worker stores when it does not have to wait for any.
    pub(crate) worked_off_per_second: f64,
    /// At 1,000 a second with a worker.
    pub(crate) calm: Option<Calm>,
    /// Offered rates with a worker.
    pub(crate) steps: Vec<Step>,
    /// Statuses a second.
    pub(crate) statuses: f64,
    /// The most memory that API and worker had resident, in MiB.
    pub(crate) memory_mib: [f64; 2],
    /// 202s in all.
    pub(crate) accepted: usize,
    /// Requests that failed, in all.
    pub(crate) failed: usize,
    /// Rows in the end.
    pub(crate) students: usize,
}

/// Rates at saturation, one just after the other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Round {
    /// Raw confirmed publishes a second.
    pub(crate) raw: f64,
    /// 202s a second of the peer.
    pub(crate) peer: f64,
    /// 202s a second of the API.
    pub(crate) answered: f64,
}

/// Figures at a low rate.
#[derive(Debug)]
pub(crate) struct Calm {
    /// The answers.
    pub(crate) answers: Answers,
    /// Microseconds from acceptance to the INSERT, by the database.
    pub(crate) delays: hdrhistogram::Histogram<u64>,
    /// The share that was committed and acked within 50 ms of acceptance, by the worker.
    pub(crate) within_50_ms: f64,
    /// What it took.
    pub(crate) costs: Costs,
}

/// Figures at an offered rate.
#[derive(Debug)]
pub(crate) struct Step {
    /// Registrations a second.
    pub(crate) offered: u32,
    /// The answers.
    pub(crate) answers: Answers,
    /// Accepted but not registered at the end.
    pub(crate) waiting: usize,
    /// What it took.
    pub(crate) costs: Costs,
}

impl Step {
    /// Whether the rate is sustained: the queue does not grow.
    pub(crate) fn is_sustained(&self) -> bool {
        let most = u128::from(self.offered) * MOST_WAITING.as_millis() / 1_000;
        self.answers.failed == 0
            && self.answers.took <= STEP + MOST_WAITING
            && self.waiting as u128 <= most
    }
}

/// Measures everything.
pub(crate) async fn measure(stack: &Stack) -> Results {
    let address = stack.api.url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut bench = Bench { stack, address, results: Results::default() };
    bench.saturation().await;
    bench.latency().await;
    bench.raw_rows().await;
    let worker = stack.start_worker().await;
    bench.work_off(&worker).await;
    let references = bench.calm(&worker).await;
    bench.climb(&worker).await;
    bench.statuses(references).await;
    let pids = [stack.api.program.pid(), worker.program.pid()];
    bench.results.memory_mib = pids.map(peak_memory_mib);
    bench.results.students = stack.students().await;
    bench.results
}

struct Bench<'a> {
    stack: &'a Stack,
    address: SocketAddr,
    results: Results,
}

impl Bench<'_> {
    async fn ask(&mut self, ask: Ask, rate: Rate, duration: Duration) -> Answers {
        let is_registering = matches!(ask, Ask::Register { .. });
        let plan = Plan { address: self.address, ask, rate, duration, connections: CONNECTIONS };
        let answers = plan.run().await;
        self.results.failed += answers.failed;
        if is_registering {
            self.results.accepted += answers.succeeded;
        }
        answers
    }

    /// In turns, so that whatever else happens on the machine touches both alike.
    async fn saturation(&mut self) {
        let url = self.stack.vhost("peer").await;
        raw::declare(&url).await;
        let peer = Peer::start(&url).await;
        self.ask(Ask::register(), Rate::Saturating, WARM_UP).await;
        ask_peer(&peer, WARM_UP).await;
        for round in 1..=ROUNDS {
            progress(&format!("raw publishes and 202s at saturation, round {round} of {ROUNDS}"));
            let url = self.stack.vhost(&format!("raw-{round}")).await;
            let raw = raw::confirmed_per_second(&url, ROUND).await;
            let peer = ask_peer(&peer, ROUND).await;
            let answered = self.ask(Ask::register(), Rate::Saturating, ROUND).await.per_second();
            self.results.rounds.push(Round { raw, peer, answered });
        }
    }

    async fn latency(&mut self) {
        for offered in OFFERED {
            progress(&format!("latency of 202s at {offered}/s"));
            let answers = self.ask(Ask::register(), Rate::PerSecond(offered), LATENCY).await;
            self.results.latencies.push((offered, answers));
        }
    }

    async fn raw_rows(&mut self) {
        progress("raw multi-row INSERT statements");
        let servers = self.stack.database("raw").await;
        self.results.raw_rows_per_second = raw_insert::rows_per_second(&servers, ROUND).await;
    }

    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 registrations")]
    async fn work_off(&mut self, worker: &Worker) {
        let backlog = self.results.accepted;
        progress(&format!("a worker on a backlog of {backlog}"));
        let start = Instant::now();
        self.all_registered(worker).await;
        self.results.worked_off_per_second = backlog as f64 / start.elapsed().as_secs_f64();
    }

    async fn all_registered(&self, worker: &Worker) {
        let accepted = self.results.accepted;
        wait::until("every accepted registration is registered", async || {
            (registered(worker).await >= accepted).then_some(())
        })
        .await;
    }

    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 registrations")]
    async fn calm(&mut self, worker: &Worker) -> Vec<String> {
        progress("from acceptance to registration at 1,000/s");
        let before = (self.stack.students().await, registered_within_50_ms(worker).await);
        let meter = Meter::start(self.stack, worker);
        let mut answers = self.ask(Ask::register(), Rate::PerSecond(1_000), CALM).await;
        self.all_registered(worker).await;
        let costs = meter.per_thousand(answers.succeeded);
        let within_50_ms = registered_within_50_ms(worker).await - before.1;
        let within_50_ms = within_50_ms as f64 / answers.succeeded as f64;
        let mut delays = hdrhistogram::Histogram::new(3).unwrap();
        for delay in self.stack.delays(before.0).await {
            delays.record(u64::try_from(delay).unwrap_or(0)).unwrap();
        }
        let references = std::mem::take(&mut answers.locations);
        self.results.calm = Some(Calm { answers, delays, within_50_ms, costs });
        references
    }

    /// Up to the first rate that fails twice.
    async fn climb(&mut self, worker: &Worker) {
        let mut offered = FIRST_STEP;
        let mut has_failed = false;
        while offered <= LAST_STEP {
            progress(&format!("end to end at {offered}/s"));
            let step = self.step(worker, offered).await;
            let is_sustained = step.is_sustained();
            self.results.steps.push(step);
            if is_sustained {
                offered += STEP_BY;
            } else if has_failed {
                return;
            }
            has_failed = !is_sustained;
        }
    }

    async fn step(&mut self, worker: &Worker, offered: u32) -> Step {
        let meter = Meter::start(self.stack, worker);
        let answers = self.ask(Ask::register(), Rate::PerSecond(offered), STEP).await;
        let waiting = self.results.accepted.saturating_sub(registered(worker).await);
        self.all_registered(worker).await;
        let costs = meter.per_thousand(answers.succeeded);
        Step { offered, answers, waiting, costs }
    }

    async fn statuses(&mut self, references: Vec<String>) {
        progress("status look-ups");
        let answers = self.ask(Ask::Status(Arc::from(references)), Rate::Saturating, ROUND).await;
        self.results.statuses = answers.per_second();
    }
}

async fn ask_peer(peer: &Peer, duration: Duration) -> f64 {
    let (ask, rate) = (Ask::register(), Rate::Saturating);
    let plan = Plan { address: peer.address, ask, rate, duration, connections: CONNECTIONS };
    let answers = plan.run().await;
    assert_eq!(answers.failed, 0, "the peer refused requests");
    answers.per_second()
}
