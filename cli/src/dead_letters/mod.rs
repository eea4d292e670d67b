//! `registrar dead-letters`: what operators do with registrations that are on hold.

mod admin;
mod dead_letter_name;
mod discard;
mod filter;
mod history;
mod list;
mod mask;
mod replay;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};

const NOTHING_MATCHES: u8 = 4;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows what is on hold, in groups that failed of the same cause.
    ///
    /// Exit code 0: shown, also when there is nothing; 2: could not be found out.
    List(Box<list::Arguments>),
    /// Shows single dead letters, without personal data unless --reveal is given.
    ///
    /// Exit code 0: shown; 4: no dead letter matches; 2: could not be found out.
    Show(Box<show::Arguments>),
    /// Publishes dead letters again, a few first, and stops when one is put on hold again.
    ///
    /// It goes in steps of 1, 10, 100 and the rest, and waits for the outcomes of each. Registered
    /// and rejected are both success.
    ///
    /// Safe to repeat and to interrupt: a dead letter is marked as replayed only after RabbitMQ has its
    /// message on disk, and a registration that was decided meanwhile stays as it is.
    ///
    /// Exit code 0: all replayed and decided; 1: stopped, since one is on hold again; 3: stopped,
    /// since outcomes did not come in time, or by Ctrl-C; 4: no dead letter matches; 2: could not
    /// be done.
    Replay(Box<replay::Arguments>),
    /// Puts dead letters aside that shall not be registered.
    ///
    /// They are kept, and `replay --state discarded` takes them back. The status of their
    /// registrations stays on hold.
    ///
    /// Exit code 0: discarded; 4: no dead letter matches; 2: could not be done.
    Discard(Box<discard::Arguments>),
    /// Shows who replayed, discarded or revealed what, and why; the last first.
    ///
    /// Exit code 0: shown; 2: could not be found out.
    History(Box<history::Arguments>),
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.command {
        Command::List(arguments) => list::run(arguments).await,
        Command::Show(arguments) => show::run(arguments).await,
        Command::Replay(arguments) => replay::run(arguments).await,
        Command::Discard(arguments) => discard::run(arguments).await,
        Command::History(arguments) => history::run(arguments).await,
    }
}
