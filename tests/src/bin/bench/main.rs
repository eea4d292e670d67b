//! `make bench`: the release builds of API and worker with servers of their own, under load from a
//! generator on the same machine. Prints one table and stops everything; takes about four minutes.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints for a person at a terminal")]
#![expect(
    clippy::unwrap_used,
    reason = "as in the harness: a measurement that cannot go on ends here"
)]

mod cost;
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

/// Much longer than it takes; a run that needs it hangs.
const LIMIT: Duration = Duration::from_mins(10);

fn main() -> anyhow::Result<()> {
    anyhow::ensure!(!cfg!(debug_assertions), "measure release builds: run `make bench`");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let table = runtime.block_on(async { tokio::time::timeout(LIMIT, run()).await });
    print!("{}", table.context("the bench was given up after ten minutes")?);
    Ok(())
}

async fn run() -> String {
    eprintln!("Starting MariaDB, RabbitMQ and the API ...");
    let mut stack = stack::Stack::start().await;
    let machine = machine::describe(&stack).await;
    let results = phases::measure(&stack).await;
    eprintln!("Stopping everything ...");
    tokio::task::spawn_blocking(move || stack.servers.stop()).await.unwrap().unwrap();
    report::table(&machine, &results)
}
