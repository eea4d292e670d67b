//! `make bench`: the release builds of API and worker with servers of their own, under load from a
//! generator on the same machine. Prints tables and stops everything; takes about six minutes.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints for a person at a terminal")]
#![expect(
    clippy::unwrap_used,
    reason = "as in the harness: a measurement that cannot go on ends here"
)]

mod cost;
mod imports;
mod machine;
mod peer;
mod phases;
mod raw;
mod raw_insert;
mod report;
mod stack;
mod worker_metrics;

use std::time::Duration;

use anyhow::Context as _;
use clap::{Parser, ValueEnum};

use crate::stack::Stack;

/// Much longer than it takes; a run that needs it hangs.
const LIMIT: Duration = Duration::from_mins(15);

/// Measure how fast the release builds are.
#[derive(Clone, Copy, Parser)]
struct Arguments {
    /// Measure only this.
    #[arg(long)]
    only: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Single registrations and status look-ups.
    Registrations,
    /// Imports of files.
    Imports,
}

fn main() -> anyhow::Result<()> {
    anyhow::ensure!(!cfg!(debug_assertions), "measure release builds: run `make bench`");
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let run = async { tokio::time::timeout(LIMIT, run(arguments)).await };
    runtime.block_on(run).context("the bench was given up after fifteen minutes")
}

async fn run(arguments: Arguments) {
    let is_wanted = |part| arguments.only.is_none_or(|only| only == part);
    if is_wanted(Part::Registrations) {
        let stack = start().await;
        let results = phases::measure(&stack).await;
        print!("\n{}", report::table(&results));
        stop(stack).await;
    }
    if is_wanted(Part::Imports) {
        let stack = start().await;
        let results = imports::measure(&stack).await;
        print!("\n{}", imports::report::table(&results));
        stop(stack).await;
    }
}

/// Starts servers without data, and says what they are.
async fn start() -> Stack {
    eprintln!("Starting MariaDB, RabbitMQ and the API ...");
    let stack = Stack::start().await;
    println!("\n{}", machine::describe(&stack).await);
    stack
}

async fn stop(mut stack: Stack) {
    eprintln!("Stopping everything ...");
    tokio::task::spawn_blocking(move || stack.servers.stop()).await.unwrap().unwrap();
}

fn progress(what: &str) {
    eprintln!("Measuring {what} ...");
}
