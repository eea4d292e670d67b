//! Imports of files: rows a second beside what the database takes, and what becomes of single
//! registrations meanwhile.

mod file;
mod late;
mod raw;
pub(crate) mod report;
mod upload;

use std::net::SocketAddr;
use std::time::Duration;

use hdrhistogram::Histogram;
use registrar_domain::{ImportKey, Importer};
use registrar_storage::{ImportKeys, Pool};
use registrar_tests::generator::{Answers, Ask, Plan, Rate};
use registrar_tests::process::peak_memory_mib;
use registrar_tests::worker::Worker;

use self::late::Late;
use self::upload::Upload;
use crate::cost::{Costs, Meter};
use crate::progress;
use crate::stack::Stack;
use crate::worker_metrics::{registered, registered_within_50_ms};

/// As many as the worker stores of the bulk lane at once by default.
const CONNECTIONS: usize = 1;
/// How many rows, and how often: a short import takes a moment, which says little.
const SIZES: [(usize, usize); 3] = [(10_000, 5), (100_000, 3), (1_000_000, 1)];
/// After this the worker has its statements prepared, as one that runs has.
const WARM_UP_ROWS: usize = 5_000;
const PER_SECOND: u32 = 200;
const INTERACTIVE_CONNECTIONS: usize = 32;
const ALONE: Duration = Duration::from_secs(20);
/// Registrations are sent for so long at a time, until the import is through.
const BESIDE: Duration = Duration::from_secs(4);
const BESIDE_ROWS: usize = 1_000_000;

/// The results.
#[derive(Debug)]
pub(crate) struct Results {
    /// By rows of the file.
    sizes: Vec<Size>,
    /// Single registrations without and with an import beside them.
    alone: Interactive,
    beside: Interactive,
    beside_rows_per_second: f64,
    /// When the import beside them had its 202.
    beside_accepted_after: Duration,
    /// The most memory that API and worker had resident, in MiB.
    memory_mib: [f64; 2],
    /// Rows of files that are not in the table in the end.
    missing: usize,
}

/// Imports of so many rows, and INSERT statements of as many, in turns.
#[derive(Debug)]
struct Size {
    rows: usize,
    raw_rows_per_second: f64,
    rows_per_second: f64,
    /// Rows that were answered for with a 202 in a second.
    accepted_per_second: f64,
    costs: Costs,
}

/// Single registrations at a low rate.
#[derive(Debug)]
struct Interactive {
    answers: Histogram<u64>,
    /// Microseconds from acceptance to the INSERT, by the database.
    delays: Histogram<u64>,
    /// The share that was committed and acked within 50 ms of acceptance, by the worker.
    within_50_ms: f64,
    late: Vec<Late>,
}

/// Measures everything, with a worker of its own.
pub(crate) async fn measure(stack: &Stack) -> Results {
    let worker = stack.start_worker().await;
    worker.ready().await;
    let key = key(stack).await;
    let mut bench = Bench { stack, worker: &worker, key, seed: 0, missing: 0 };
    progress("imports: warming up");
    bench.import(WARM_UP_ROWS).await;
    let mut sizes = Vec::new();
    for (rows, rounds) in SIZES {
        sizes.push(bench.size(rows, rounds).await);
    }
    bench.empty().await;
    progress("single registrations without an import");
    let alone = bench.interactive(async { tokio::time::sleep(ALONE).await }).await.0;
    progress("single registrations beside an import of a million rows");
    let seed = bench.next_seed();
    let (beside, upload) = bench.interactive(bench.upload(seed, BESIDE_ROWS)).await;
    Results {
        sizes,
        alone,
        beside,
        beside_rows_per_second: rate(BESIDE_ROWS, upload.registered_after),
        beside_accepted_after: upload.accepted_after,
        memory_mib: [stack.api.program.pid(), worker.program.pid()].map(peak_memory_mib),
        missing: bench.missing,
    }
}

async fn key(stack: &Stack) -> String {
    let key = ImportKey::generate().unwrap();
    let keys = ImportKeys::new(Pool::new(&stack.addresses.database_settings()));
    let importer = Importer::parse("bench").unwrap();
    keys.create(&importer, &key.hash(), None, "the bench").await.unwrap();
    key.expose().to_owned()
}

struct Bench<'a> {
    stack: &'a Stack,
    worker: &'a Worker,
    key: String,
    seed: u64,
    missing: usize,
}

impl Bench<'_> {
    fn next_seed(&mut self) -> u64 {
        self.seed += 1;
        self.seed
    }

    /// In turns, so that whatever else happens on the machine touches both alike. Both find an empty
    /// table, and nothing of the other in the buffer pool that is still to be written.
    async fn size(&mut self, rows: usize, rounds: usize) -> Size {
        let (mut raw, mut accepted, mut registered) = Default::default();
        let meter_rows = rows * rounds;
        let mut costs = Costs::new();
        for round in 1..=rounds {
            progress(&format!("imports of {rows} rows, round {round} of {rounds}"));
            let seed = self.next_seed();
            self.empty().await;
            let servers = self.stack.database("raw").await;
            raw += raw::insert(&servers, CONNECTIONS, seed, rows).await;
            self.stack.drop_database("raw").await;
            let meter = Meter::start(self.stack, self.worker);
            let upload = self.import_seed(seed, rows).await;
            add(&mut costs, meter.per_thousand(meter_rows));
            accepted += upload.accepted_after;
            registered += upload.registered_after;
        }
        Size {
            rows,
            raw_rows_per_second: rate(meter_rows, raw),
            rows_per_second: rate(meter_rows, registered),
            accepted_per_second: rate(meter_rows, accepted),
            costs,
        }
    }

    async fn import(&mut self, rows: usize) {
        let seed = self.next_seed();
        self.import_seed(seed, rows).await;
    }

    async fn import_seed(&mut self, seed: u64, rows: usize) -> Upload {
        let before = self.stack.students().await;
        let upload = self.upload(seed, rows).await;
        self.missing += rows.abs_diff(self.stack.students().await - before);
        upload
    }

    async fn upload(&self, seed: u64, rows: usize) -> Upload {
        upload::run(&self.stack.api, self.worker, &self.key, file::parts(seed, rows), rows).await
    }

    async fn empty(&self) {
        for table in ["students", "imports", "import_chunks", "import_errors"] {
            self.stack.truncate(table).await;
        }
    }

    /// Registers students one by one for as long as `meanwhile` takes.
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 registrations")]
    async fn interactive<T>(&self, meanwhile: impl Future<Output = T>) -> (Interactive, T) {
        let before = registered(self.worker).await;
        let before_within = registered_within_50_ms(self.worker).await;
        let from = self.stack.now().await;
        let mut answers = Histogram::new(3).unwrap();
        let mut meanwhile = std::pin::pin!(meanwhile);
        let mut is_over = None;
        while is_over.is_none() {
            let asking = self.ask(BESIDE);
            let mut asking = std::pin::pin!(asking);
            let asked = loop {
                tokio::select! {
                    asked = &mut asking => break asked,
                    over = &mut meanwhile, if is_over.is_none() => {
                        is_over = Some((self.stack.now().await, over));
                    }
                }
            };
            answers.add(asked.latencies).unwrap();
        }
        let (until, over) = is_over.unwrap();
        let share = registered_within_50_ms(self.worker).await - before_within;
        let all = registered(self.worker).await - before;
        let accepted = self.stack.interactive_delays(from, until).await;
        let mut delays = Histogram::new(3).unwrap();
        for (_, delay) in &accepted {
            delays.record(u64::try_from(*delay).unwrap_or(0)).unwrap();
        }
        let within_50_ms = share as f64 / all as f64;
        let late = late::stretches(&accepted);
        let interactive = Interactive { answers, delays, within_50_ms, late };
        (interactive, over)
    }

    async fn ask(&self, duration: Duration) -> Answers {
        let address: SocketAddr =
            self.stack.api.url.strip_prefix("http://").unwrap().parse().unwrap();
        let (ask, rate) = (Ask::register(), Rate::PerSecond(PER_SECOND));
        let plan = Plan { address, ask, rate, duration, connections: INTERACTIVE_CONNECTIONS };
        let answers = plan.run().await;
        assert_eq!(answers.failed, 0, "single registrations failed");
        answers
    }
}

fn add(sum: &mut Costs, costs: Costs) {
    if sum.is_empty() {
        *sum = costs;
        return;
    }
    for ((_, sum), (_, cost)) in sum.iter_mut().zip(costs) {
        *sum += cost;
    }
}

#[expect(clippy::cast_precision_loss, reason = "no run has 2^52 rows")]
fn rate(rows: usize, took: Duration) -> f64 {
    rows as f64 / took.as_secs_f64()
}
