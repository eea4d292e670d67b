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

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match registrar_storage::migrate(&arguments.database).await? {
        0 => report_line("The tables are up to date."),
        1 => report_line("Applied 1 migration. The tables are up to date."),
        count => {
            report_line(format_args!("Applied {count} migrations. The tables are up to date."));
        }
    }
    Ok(ExitCode::SUCCESS)
}
