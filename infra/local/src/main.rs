//! `registrar-local`: the whole of Registrar on one machine, with private servers.

mod clean;
mod run;
mod serve;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

/// The whole of Registrar on one machine, with private servers.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, start everything, stop it on Ctrl-C. The data stays.
    Run(RunArguments),
    /// Install the servers that are missing, and nothing else.
    Install,
    /// Start empty servers and print the variables that make the tests use them, until Ctrl-C.
    Servers,
    /// Delete the data of `run`.
    Clean(CleanArguments),
}

#[derive(Args)]
struct RunArguments {
    /// Where data and logs are kept.
    #[arg(long, default_value = ".local")]
    data_dir: PathBuf,
    /// The port of the private database server.
    #[arg(long, default_value_t = 13306)]
    database_port: u16,
    /// The first of five ports of the private RabbitMQ.
    #[arg(long, default_value_t = 13672, value_parser = clap::value_parser!(u16).range(1..=65531))]
    broker_port: u16,
}

#[derive(Args)]
struct CleanArguments {
    /// Where data and logs are kept.
    #[arg(long, default_value = ".local")]
    data_dir: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Install => registrar_local::install_missing().map_err(Into::into),
        Command::Servers => serve::serve(),
        Command::Clean(arguments) => clean::clean(&arguments.data_dir, arguments.yes),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
