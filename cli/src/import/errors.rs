//! `registrar import errors`

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use registrar_runtime::output::{OutputError, print_line};

use super::api_arguments::ApiArguments;
use super::arguments::FileArguments;
use super::client::{Client, import_path};
use super::error_file::Place;
use super::interrupt::Interrupt;
use super::report;
use super::source::Source;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The reference that the upload was answered with.
    reference: String,

    /// The file that was imported: its columns are put back, and the rows are written into
    /// FILE.errors.csv. Without it, the API's own file is printed.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// Where to write the rows that did not make it, instead of FILE.errors.csv.
    #[arg(long, value_name = "PATH", requires = "file")]
    errors: Option<PathBuf>,

    #[command(flatten)]
    options: FileArguments,

    #[command(flatten)]
    api: ApiArguments,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let client = Client::new(&arguments.api)?;
    let path = import_path(&arguments.reference);
    let Some(file) = &arguments.file else { return print(&client, &path) };
    let source =
        Source::open(file, arguments.options.sheet.as_deref(), &arguments.options.options())?;
    let place = arguments.errors.as_deref().or(source.error_file());
    let place = Place::new(place.context("Say where to write the rows with --errors PATH.")?)?;
    let import = client.get(&path)?.accepted()?.body;
    let interrupt = Interrupt::install()?;
    interrupt.say("Nothing was written.".to_owned());
    let listed = client.download(&format!("{path}/errors.csv"))?;
    let options = arguments.options.options();
    let written = place.write((&source, &options), &import, listed, &interrupt)?;
    if written.rows == 0 {
        print_line("No row failed so far.")?;
    } else {
        let flags = arguments.options.to_flags_of_error_file() + &arguments.api.to_flags();
        print_line(report::next_step(place.path(), written.before.as_deref(), &flags))?;
    }
    Ok(ExitCode::from(report::exit_code(&import)))
}

fn print(client: &Client, path: &str) -> anyhow::Result<ExitCode> {
    let mut listed = client.download(&format!("{path}/errors.csv"))?;
    let mut stdout = io::stdout().lock();
    io::copy(&mut listed, &mut stdout).and_then(|_| stdout.flush()).map_err(OutputError::from)?;
    Ok(ExitCode::SUCCESS)
}
