//! `registrar doctor`

mod broker;
mod database;
mod finding;
mod policies;
mod queues;
mod report;
mod settings;
mod topology;
mod variables;
mod version;

use std::process::ExitCode;

use clap::Args;
use registrar_runtime::output::{print, print_line};
use registrar_storage::Pool;
pub use variables::variables;

use self::finding::Finding;
use crate::broker::BrokerArguments;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    broker: BrokerArguments,

    #[command(flatten)]
    settings: settings::SettingsArguments,

    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let findings = runtime.block_on(examine(arguments));
    if arguments.json {
        print_line(format_args!("{:#}", report::json(&findings)))?;
    } else {
        print(report::text(&findings))?;
    }
    Ok(ExitCode::from(report::exit_code(&findings)))
}

/// Looks at everything and changes nothing.
async fn examine(arguments: &Arguments) -> Vec<Finding> {
    let (mut findings, database) = settings::examine(&arguments.settings, &arguments.broker);
    let pool = database.map(|settings| Pool::new(&settings));
    if let (Ok(host), Ok(messaging)) =
        (arguments.broker.virtual_host(), arguments.broker.messaging())
    {
        findings.extend(broker::examine(&host.management, &messaging).await);
        findings.extend(match queues::read(&host).await {
            Ok(queues) => {
                [topology::examine(&host, &queues), policies::examine(&queues, &host.name)]
            }
            Err(error) => {
                [topology::CHECK, policies::CHECK].map(|check| Finding::unknown(check, &error))
            }
        });
        findings.push(broker::workers(&messaging, pool.as_ref()).await);
    }
    if let Some(pool) = pool {
        findings.extend(database::examine(&pool).await);
        pool.close().await;
    }
    findings
}
