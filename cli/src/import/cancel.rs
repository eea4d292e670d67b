//! `registrar import cancel`

use std::process::ExitCode;

use registrar_runtime::output::report_line;

use super::ReferenceArguments;
use super::client::{Client, import_path};
use super::report;

pub(super) fn run(arguments: &ReferenceArguments) -> anyhow::Result<ExitCode> {
    let path = format!("{}/cancel", import_path(&arguments.reference));
    let answer = Client::new(&arguments.api)?.post(&path)?.accepted()?;
    if arguments.json {
        report_line(format_args!("{:#}", answer.body));
    } else {
        report_line(report::message(&answer.body));
    }
    Ok(ExitCode::SUCCESS)
}
