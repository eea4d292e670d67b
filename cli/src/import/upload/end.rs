use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use registrar_runtime::output;
use registrar_runtime::output::{print_error, report_line};
use serde_json::{Value, json};

use super::{Import, UploadArguments, wait};
use crate::import::client::import_path;
use crate::import::error_file::{Place, Written};
use crate::import::report;

impl Import<'_> {
    pub(super) fn checked(&self, answer: &Value) -> ExitCode {
        self.print(answer, &report::errors(answer));
        ExitCode::from(report::exit_code(answer))
    }

    pub(super) fn accepted(&self, reference: &str, answer: &Value) -> ExitCode {
        let mut lines = report::errors(answer);
        lines.push(format!("To see how far it has come:\n  {}", self.show_command(reference)));
        lines.push(format!(
            "To write the rows that did not make it, once it is done:\n  {}",
            self.errors_command(reference)
        ));
        self.print(answer, &lines);
        ExitCode::from(report::exit_code(answer))
    }

    pub(super) fn follow(&self, reference: &str, accepted: &Value) -> ExitCode {
        let goes_on = format!(
            "The file was accepted, and its rows are registered whether this command runs or not. To see \
             how far that has come:\n  {}",
            self.show_command(reference)
        );
        self.interrupt.say(goes_on.clone());
        let rows = report::count(accepted, "rows");
        let import = wait::until_done(&self.client, reference, rows, &self.interrupt);
        let mut import = match import {
            Ok(import) => import,
            Err(error) => {
                print_error(format_args!("{error}\n{goes_on}"));
                if self.arguments.json {
                    report_line(format_args!("{accepted:#}"));
                }
                return ExitCode::from(report::SOME_NOT);
            }
        };
        // The only one that says why a file was not read to its end, and what to do about it.
        if let Some(broken_off) = accepted.get("broken_off") {
            import["message"] = json!(report::message(broken_off));
        }
        let mut lines = report::counts(&import);
        if report::failed(&import) > 0 {
            lines.extend(report::errors(accepted));
            lines.extend(self.error_file(reference, accepted, &mut import));
        } else if let Some(place) = self.place.as_ref().filter(|place| place.is_taken()) {
            lines.push(format!("{} is of an earlier import.", place.path().display()));
        }
        self.print(&import, &lines);
        ExitCode::from(report::exit_code(&import))
    }

    /// Writes the error file, and returns what to say of it. The import is over either way.
    fn error_file(&self, reference: &str, accepted: &Value, import: &mut Value) -> Option<String> {
        let again = self.errors_command(reference);
        let Some(place) = &self.place else {
            return Some(format!("To see the rows that did not make it:\n  {again}"));
        };
        match self.write_errors(place, reference, accepted) {
            Ok(Written { rows: 0, .. }) => None,
            Ok(Written { before, .. }) => {
                import["errors_file"] = json!(place.path().to_string_lossy());
                let UploadArguments { options, api, .. } = self.arguments;
                let flags = options.to_flags_of_error_file() + &api.to_flags();
                Some(report::next_step(place.path(), before.as_deref(), &flags))
            }
            Err(error) => {
                print_error(error);
                Some(format!("To write the rows that did not make it:\n  {again}"))
            }
        }
    }

    fn write_errors(
        &self,
        place: &Place,
        reference: &str,
        accepted: &Value,
    ) -> anyhow::Result<Written> {
        let listed = self.client.download(&format!("{}/errors.csv", import_path(reference)))?;
        let options = self.arguments.options.options();
        place.write((&self.source, &options), accepted, listed, &self.interrupt)
    }

    fn show_command(&self, reference: &str) -> String {
        format!("registrar import show {reference}{}", self.arguments.api.to_flags())
    }

    fn errors_command(&self, reference: &str) -> String {
        match self.source.error_file() {
            None => format!("registrar import errors {reference}{}", self.arguments.api.to_flags()),
            Some(_) => format!("registrar import errors {reference} {}", self.file_with_flags()),
        }
    }

    fn print(&self, answer: &Value, more: &[String]) {
        if self.arguments.json {
            report_line(format_args!("{answer:#}"));
            return;
        }
        let message = report::message(answer);
        let understood = report::understood(answer, self.source.sheet());
        let lines = understood.into_iter().chain([message]);
        let lines: Vec<_> = lines.chain(more.iter().cloned()).collect();
        let text = lines.join("\n") + "\n";
        output::report(if io::stdout().is_terminal() { report::wrapped(&text) } else { text });
    }
}
