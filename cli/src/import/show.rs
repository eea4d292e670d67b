//! `registrar import show`

use std::process::ExitCode;

use registrar_runtime::output::print_line;

use super::ReferenceArguments;
use super::client::{Client, import_path};
use super::report;

pub(super) fn run(arguments: &ReferenceArguments) -> anyhow::Result<ExitCode> {
    let path = import_path(&arguments.reference);
    let import = Client::new(&arguments.api)?.get(&path)?.accepted()?.body;
    if arguments.json {
        print_line(format_args!("{import:#}"))?;
    } else {
        let message = [report::message(&import)].into_iter();
        let lines = message.chain(report::counts(&import)).chain(report::understood(&import, None));
        print_line(lines.collect::<Vec<_>>().join("\n"))?;
    }
    Ok(ExitCode::from(report::exit_code(&import)))
}
