//! `registrar import FILE`

mod attempts;
mod end;
mod progress;
mod retry;
mod wait;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use registrar_runtime::output::{print_error, report_line};
use serde_json::Value;

use super::api_arguments::ApiArguments;
use super::arguments::{FileArguments, file_word, flag};
use super::client::{Answer, Client, NoAnswer};
use super::error_file::Place;
use super::interrupt::Interrupt;
use super::report;
use super::source::Source;

#[derive(Debug, Args)]
pub(super) struct UploadArguments {
    /// The file: CSV, NDJSON, a JSON array or a workbook (.xlsx); - for stdin.
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,

    /// Read and check the file, and register nothing.
    #[arg(long)]
    dry_run: bool,

    /// Wait until every row is decided, and write those that did not make it into FILE.errors.csv.
    #[arg(long, conflicts_with = "dry_run")]
    wait: bool,

    /// Where to write the rows that did not make it, instead of FILE.errors.csv.
    #[arg(long, value_name = "PATH", requires = "wait")]
    errors: Option<PathBuf>,

    #[command(flatten)]
    options: FileArguments,

    #[command(flatten)]
    api: ApiArguments,

    /// Print the API's answer as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &UploadArguments) -> anyhow::Result<ExitCode> {
    let path = arguments.file.as_deref().context("FILE must be set.")?;
    let client = Client::new(&arguments.api)?;
    let source =
        Source::open(path, arguments.options.sheet.as_deref(), &arguments.options.options())?;
    let place = arguments.errors.as_deref().or(source.error_file());
    let place = place.filter(|_| arguments.wait).map(Place::new).transpose()?;
    let interrupt = Interrupt::install()?;
    let import = Import { arguments, path, client, source, place, interrupt };
    import.run()
}

struct Import<'a> {
    arguments: &'a UploadArguments,
    path: &'a Path,
    client: Client,
    source: Source,
    place: Option<Place>,
    interrupt: Interrupt,
}

impl Import<'_> {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let (result, may_be_taken) = self.upload();
        let answer = match self.accepted_answer(result) {
            Err(error) if may_be_taken => {
                print_error(error);
                print_error(format_args!(
                    "Rows of the file may have been accepted. {}",
                    self.again()
                ));
                return Ok(ExitCode::from(report::SOME_NOT));
            }
            answer => answer?,
        };
        if self.arguments.dry_run {
            return Ok(self.checked(&answer));
        }
        let reference = answer.get("reference").and_then(Value::as_str);
        let reference = reference.context("The API accepted the file without a reference.")?;
        if self.arguments.wait {
            Ok(self.follow(reference, &answer))
        } else {
            Ok(self.accepted(reference, &answer))
        }
    }

    fn accepted_answer(&self, result: Result<Answer, NoAnswer>) -> anyhow::Result<Value> {
        let refusal = match result?.accepted() {
            Ok(answer) => return Ok(answer.body),
            Err(refusal) => refusal,
        };
        if self.arguments.json {
            report_line(format_args!("{:#}", refusal.0.body));
        }
        Err(refusal.into())
    }

    /// That the same can be done again, and what to type for it.
    fn again(&self) -> String {
        let UploadArguments { dry_run, wait, json, .. } = self.arguments;
        let mut command = "registrar import".to_owned();
        for (is_set, flag) in [(wait, " --wait"), (dry_run, " --dry-run"), (json, " --json")] {
            if *is_set {
                command += flag;
            }
        }
        format!(
            "Just import the file again: what is registered already stays as it is.\n  \
             {command} {}",
            self.file_with_flags()
        )
    }

    /// The file and what was said of it, as words of a command.
    fn file_with_flags(&self) -> String {
        let UploadArguments { options, errors, api, .. } = self.arguments;
        let errors = errors.as_ref().map(|path| flag("errors", &file_word(path)));
        let (file, errors) = (file_word(self.path), errors.unwrap_or_default());
        format!("{file}{}{errors}{}", options.to_flags(), api.to_flags())
    }
}
