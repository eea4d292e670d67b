//! `make cost`: what a registration, a row, an imported row and a status look-up cost, counted and not timed, so that
//! the figures do not depend on the machine or on what else it does.
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool for a terminal, which ends where it cannot go on"
)]

mod callgrind;
mod counters;
mod imports;
mod instructions;
mod profile;
mod report;
mod statements;

use clap::Parser;

/// Count what a registration, a row and a status look-up cost.
#[derive(Parser)]
struct Arguments {
    /// Also list the functions with the most instructions.
    #[arg(long)]
    profile: bool,
    /// Count only instructions, and only of what has this in its name, like `API, a registration`.
    #[arg(long)]
    only: Option<String>,
}

fn main() {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run(&arguments));
}

async fn run(arguments: &Arguments) {
    if arguments.only.is_none() {
        eprintln!("Counting statements ...");
        let batches = statements::by_batch().await;
        let backlog = statements::of_a_backlog().await;
        println!("{}", report::statements(&batches, backlog, imports::statements().await));
    }
    let subjects = instructions::count(arguments.only.as_deref().unwrap_or_default()).await;
    print!("{}", report::instructions(&subjects));
    if arguments.profile {
        print!("\n{}", report::profiles(&subjects));
    }
}
