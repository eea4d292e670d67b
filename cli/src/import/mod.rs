//! `registrar import`

mod api_arguments;
mod arguments;
mod cancel;
mod client;
mod error_file;
mod errors;
mod interrupt;
mod list;
mod report;
mod show;
mod source;
mod upload;
mod workbook;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use self::arguments::ReferenceArguments;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,

    #[command(flatten)]
    upload: upload::UploadArguments,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Lists the imports of this key's importer, the newest first.
    List(list::Arguments),
    /// Says where an import stands. Exit code 0: every row is registered, 1: some rows are not, 3: not
    /// decided yet, 2: could not be found out.
    Show(ReferenceArguments),
    /// Cancels an import: what is registered stays, and the rest is not registered.
    Cancel(ReferenceArguments),
    /// Writes the rows that did not make it, with all columns of their file when that is named.
    Errors(Box<errors::Arguments>),
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        None => upload::run(&arguments.upload),
        Some(Action::List(arguments)) => list::run(arguments),
        Some(Action::Show(arguments)) => show::run(arguments),
        Some(Action::Cancel(arguments)) => cancel::run(arguments),
        Some(Action::Errors(arguments)) => errors::run(arguments),
    }
}
