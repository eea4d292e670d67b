//! `registrar import FILE`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use anyhow::Context as _;
use clap::Args;
use registrar_runtime::output::{print_error, report_line};
use serde_json::{Value, json};
use url::form_urlencoded::Serializer;

use super::arguments::{ApiArguments, FileArguments, delimiter_name, shell_word};
use super::client::{Answer, Client, NoAnswer, Refusal, import_path};
use super::error_file::Place;
use super::interrupt::Interrupt;
use super::progress::{Counted, Progress, Reading};
use super::source::Source;
use super::{report, retry, wait};

#[derive(Debug, Args)]
pub(super) struct Arguments {
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

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = arguments.file.as_deref().context("FILE must be set.")?;
    let client = Client::new(&arguments.api)?;
    let source = Source::open(path, arguments.options.sheet.as_deref())?;
    let place = arguments.errors.as_deref().or(source.error_file());
    let place = place.filter(|_| arguments.wait).map(Place::new).transpose()?;
    let interrupt = Interrupt::install()?;
    let import = Import { arguments, path, client, source, place, interrupt };
    import.run()
}

struct Import<'a> {
    arguments: &'a Arguments,
    path: &'a Path,
    client: Client,
    source: Source,
    place: Option<Place>,
    interrupt: Interrupt,
}

impl Import<'_> {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let (answer, has_sent) = self.upload();
        let answer = answer.map_err(|error| {
            let again = if has_sent {
                " Import the file again: what is registered already stays."
            } else {
                ""
            };
            anyhow::anyhow!("{error}{again}")
        })?;
        let answer = match answer.accepted() {
            Ok(answer) => answer.body,
            Err(refusal) => return self.refused(refusal),
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

    /// Uploads the file until it arrives, or until it is clear that it will not. Says whether any of
    /// it was sent.
    fn upload(&self) -> (Result<Answer, NoAnswer>, bool) {
        let again = format!("registrar import {}", self.command_line());
        self.interrupt.say(format!(
            "The upload broke off. Just import the file again: what is registered already stays as it is.\n  \
             {again}"
        ));
        let path = self.query();
        let (mut tried, mut has_sent) = (0, false);
        loop {
            tried += 1;
            let (result, sent) = self.try_upload(&path);
            has_sent |= sent > 0 || result.is_ok();
            let Some(delay) = retry::delay_after(tried, has_sent, &result) else {
                return (result, has_sent);
            };
            let why = match &result {
                Ok(answer) => report::message(&answer.body),
                Err(error) => error.to_string(),
            };
            print_error(format_args!(
                "{why}\nUploading it again in {} s, which is always right: what is registered already stays \
                 as it is.",
                delay.as_secs()
            ));
            thread::sleep(delay);
        }
    }

    fn try_upload(&self, path: &str) -> (Result<Answer, NoAnswer>, u64) {
        let bytes = self.source.bytes();
        let mut progress = Progress::begin("Uploading", Counted::Bytes, bytes, &self.interrupt);
        let file = match self.source.reader() {
            Ok(file) => file,
            Err(error) => {
                return (
                    Err(NoAnswer::Unreachable(format!("The file cannot be read: {error}."))),
                    0,
                );
            }
        };
        let mut reading = Reading { file, sent: 0, bytes, progress: &mut progress };
        let result = self.client.upload(path, &mut reading, bytes);
        let sent = reading.sent;
        progress.end();
        (result, sent)
    }

    fn query(&self) -> String {
        let Arguments { options, dry_run, .. } = self.arguments;
        let mut query = Serializer::new(String::new());
        query.append_pair("file_name", self.source.name());
        if *dry_run {
            query.append_pair("dry_run", "true");
        }
        for (field, name) in &options.columns {
            query.append_pair(&format!("column.{}", field.name()), name);
        }
        if let Some(encoding) = options.encoding {
            query.append_pair("encoding", encoding.name());
        }
        if let Some(delimiter) = options.delimiter {
            query.append_pair("delimiter", &delimiter_name(delimiter));
        }
        format!("/imports?{}", query.finish())
    }

    fn refused(&self, refusal: Refusal) -> anyhow::Result<ExitCode> {
        if self.arguments.json {
            report_line(format_args!("{:#}", refusal.0.body));
        }
        Err(refusal.into())
    }

    fn checked(&self, answer: &Value) -> ExitCode {
        self.print(answer, &report::errors(answer));
        ExitCode::from(report::exit_code(answer))
    }

    fn accepted(&self, reference: &str, answer: &Value) -> ExitCode {
        let mut lines = report::errors(answer);
        lines.push(format!("To see how far it has come:\n  registrar import show {reference}"));
        lines.push(format!(
            "To write the rows that did not make it, once it is done:\n  {}",
            self.errors_command(reference)
        ));
        self.print(answer, &lines);
        ExitCode::from(report::exit_code(answer))
    }

    fn follow(&self, reference: &str, accepted: &Value) -> ExitCode {
        self.interrupt.say(format!(
            "The file was accepted, and its rows are registered whether this command runs or not. To see \
             how far that has come:\n  registrar import show {reference}"
        ));
        let rows = report::count(accepted, "rows");
        let import = wait::until_done(&self.client, reference, rows, &self.interrupt);
        let mut import = match import {
            Ok(import) => import,
            Err(error) => {
                print_error(error);
                return ExitCode::from(report::SOME_NOT);
            }
        };
        let mut lines = report::counts(&import);
        if report::failed(&import) > 0 {
            lines.extend(report::errors(accepted));
            lines.extend(self.error_file(reference, &mut import));
        } else if let Some(place) = self.place.as_ref().filter(|place| place.is_taken()) {
            lines.push(format!("{} is of an earlier import.", place.path().display()));
        }
        self.print(&import, &lines);
        ExitCode::from(report::exit_code(&import))
    }

    /// Writes the error file, and returns what to say of it. The import is over either way.
    fn error_file(&self, reference: &str, import: &mut Value) -> Option<String> {
        let again = self.errors_command(reference);
        let Some(place) = &self.place else {
            return Some(format!("To see the rows that did not make it:\n  {again}"));
        };
        match self.write_errors(place, reference) {
            Ok(0) => None,
            Ok(_) => {
                import["errors_file"] = json!(place.path().to_string_lossy());
                Some(report::next_step(place.path(), &self.arguments.options.to_flags()))
            }
            Err(error) => {
                print_error(error);
                Some(format!("To write the rows that did not make it:\n  {again}"))
            }
        }
    }

    fn write_errors(&self, place: &Place, reference: &str) -> anyhow::Result<u64> {
        let listed = self.client.download(&format!("{}/errors.csv", import_path(reference)))?;
        place.write(&self.source, &self.arguments.options.options(), listed, &self.interrupt)
    }

    fn errors_command(&self, reference: &str) -> String {
        let file = self.source.error_file().map(|_| shell_word(&self.path.to_string_lossy()));
        let file = file.map(|file| format!(" {file}{}", self.arguments.options.to_flags()));
        format!("registrar import errors {reference}{}", file.unwrap_or_default())
    }

    fn print(&self, answer: &Value, more: &[String]) {
        if self.arguments.json {
            report_line(format_args!("{answer:#}"));
            return;
        }
        let sheet =
            self.source.sheet().map(|sheet| format!("It was read from the sheet \"{sheet}\"."));
        let message = report::message(answer);
        let understood = report::understood(answer);
        let lines = [sheet, understood, Some(message)].into_iter().flatten();
        let lines: Vec<_> = lines.chain(more.iter().cloned()).collect();
        report_line(lines.join("\n"));
    }

    /// What to type to do the same again.
    fn command_line(&self) -> String {
        let Arguments { options, dry_run, wait, .. } = self.arguments;
        let wait = if *wait { "--wait " } else { "" };
        let dry_run = if *dry_run { "--dry-run " } else { "" };
        let file = shell_word(&self.path.to_string_lossy());
        format!("{wait}{dry_run}{file}{}", options.to_flags())
    }
}
