//! The `registrar` command: for people at a terminal.
//!
//! Each subcommand is a module that answers with an exit code, or with a sentence that says what
//! went wrong and what to do.

mod api_url;
mod broker;
mod dead_letters;
mod doctor;
mod duration;
mod import;
mod keys;
mod lanes;
mod ledger;
mod migrate;
mod operator;
mod status;
mod table;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
pub use doctor::variables;
use registrar_runtime::config;
use registrar_runtime::output::{EXIT_CLOSED, OutputError, print_error};

/// Works with a running Registrar from a terminal.
#[derive(Debug, Parser)]
#[command(name = "registrar", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Looks at registrations that are on hold, replays and discards them.
    DeadLetters(dead_letters::Arguments),
    /// Shows whether everything that was accepted is settled or in a queue. Exit code 0: it is, 1:
    /// something is unaccounted for, 2: could not be found out.
    Ledger(Box<ledger::Arguments>),
    /// Looks for whatever is wrong, changes nothing, and says how to fix it. Exit code 0: all is
    /// well, 1: something is wrong, 2: it could not look at everything.
    Doctor(Box<doctor::Arguments>),
    /// Imports a file of students, and follows what becomes of it. Exit code 0: every row is registered,
    /// 1: some rows are not, or it is not known, 2: nothing was done.
    Import(Box<import::Arguments>),
    /// Creates, lists and revokes the keys that importers send.
    Keys(Box<keys::Arguments>),
    /// Lists the lanes, and pauses and resumes them.
    Lanes(Box<lanes::Arguments>),
    /// Creates or updates the database's tables. Safe to repeat, and while everything runs.
    Migrate(Box<migrate::Arguments>),
    /// Says what became of a registration. Exit code 0: registered, 1: rejected or on hold,
    /// 3: not decided yet, 2: could not be found out.
    Status(status::Arguments),
}

pub fn main() -> ExitCode {
    run(&config::parse::<Arguments>().command).unwrap_or_else(|error| {
        if let Some(OutputError::Closed) = error.downcast_ref() {
            return ExitCode::from(EXIT_CLOSED);
        }
        print_error(error);
        ExitCode::from(2)
    })
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::DeadLetters(arguments) => dead_letters::run(arguments).await,
            Command::Ledger(arguments) => ledger::run(arguments).await,
            Command::Doctor(arguments) => doctor::run(arguments).await,
            Command::Import(arguments) => import::run(arguments),
            Command::Keys(arguments) => keys::run(arguments).await,
            Command::Lanes(arguments) => lanes::run(arguments).await,
            Command::Migrate(arguments) => migrate::run(arguments).await,
            Command::Status(arguments) => status::run(arguments),
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_one_that_clap_takes() {
        Arguments::command().debug_assert();
    }
}
