//! `registrar-local`: the whole of Registrar on one machine, with private servers.

mod commands;
mod interrupt;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use registrar_local::output::print_error;

use crate::commands::{pages, run, servers};

/// The whole of Registrar on one machine, with private servers.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start everything, stop it on Ctrl-C. The data stays.
    Run(RunArguments),
    /// Start nginx alone, with the pages and an API that runs already or will, until Ctrl-C.
    Pages(PagesArguments),
    /// Start empty servers and print the variables that make the tests use them, until Ctrl-C.
    Servers(ServersArguments),
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
    /// The port of nginx, for browsers.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The port of Prometheus, which is started when it is installed.
    #[arg(long, default_value_t = 9090)]
    prometheus_port: u16,
    /// Where the built pages are.
    #[arg(long, default_value = "frontend/dist")]
    pages: PathBuf,
}

#[derive(Args)]
struct PagesArguments {
    /// The port of nginx; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    listen: u16,
    /// The port of the API on this machine.
    #[arg(long, default_value_t = 5000)]
    api: u16,
    /// Where the built pages are.
    #[arg(long, default_value = "frontend/dist")]
    pages: PathBuf,
}

#[derive(Args)]
struct ServersArguments {
    /// With their makers' defaults and a password, not with the configuration of an installation.
    #[arg(long)]
    stock: bool,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Pages(arguments) => pages::serve(&arguments),
        Command::Servers(arguments) => servers::serve(arguments.stock),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(format_args!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
