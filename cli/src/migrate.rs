//! `registrar migrate`

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::report_line;
use registrar_storage::DatabaseSettings;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: DatabaseSettings,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let applied = runtime.block_on(registrar_storage::migrate(&arguments.database))?;
    match applied {
        0 => report_line("The tables are up to date."),
        1 => report_line("Applied 1 migration. The tables are up to date."),
        count => {
            report_line(format_args!("Applied {count} migrations. The tables are up to date."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
