use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use registrar_runtime::output;
use registrar_runtime::output::{print_error, report_line};
use serde_json::{Value, json};

use super::{Import, wait};
use crate::import::arguments::shell_word;
use crate::import::client::import_path;
use crate::import::error_file::Place;
use crate::import::report;

impl Import<'_> {
    pub(super) fn checked(&self, answer: &Value) -> ExitCode {
        self.print(answer, &report::errors(answer));
        ExitCode::from(report::exit_code(answer))
    }

    pub(super) fn accepted(&self, reference: &str, answer: &Value) -> ExitCode {
        let mut lines = report::errors(answer);
        lines.push(format!("To see how far it has come:\n  registrar import show {reference}"));
        lines.push(format!(
            "To write the rows that did not make it, once it is done:\n  {}",
            self.errors_command(reference)
        ));
        self.print(answer, &lines);
        ExitCode::from(report::exit_code(answer))
    }

    pub(super) fn follow(&self, reference: &str, accepted: &Value) -> ExitCode {
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
        let text = lines.join("\n") + "\n";
        output::report(if io::stdout().is_terminal() { report::wrapped(&text) } else { text });
    }
}
