//! `registrar doctor`

mod broker;
mod database;
mod finding;
mod policies;
mod queues;
mod report;
mod settings;
mod topology;
mod version;

use std::process::ExitCode;

use anyhow::anyhow;
use clap::Args;
use registrar_messaging::MessagingSettings;
use registrar_runtime::output::{print, print_line};
use registrar_storage::{DatabaseServer, Pool};
pub use settings::variables;

use self::finding::{Finding, Verdict};
use crate::broker::{BrokerArguments, VirtualHost};

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

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let findings = examine(arguments).await;
    if arguments.json {
        print_line(format_args!("{:#}", report::json(&findings)))?;
    } else {
        print(report::text(&findings))?;
    }
    Ok(ExitCode::from(report::exit_code(&findings)))
}

/// Looks at everything and changes nothing.
async fn examine(arguments: &Arguments) -> Vec<Finding> {
    let (settings, database) = settings::examine(&arguments.settings, &arguments.broker);
    let mut findings = vec![Finding::new("settings", Ok(settings))];
    let pool = database.map(|settings| Pool::new(&settings));
    if let (Ok(host), Ok(messaging)) =
        (arguments.broker.virtual_host(), arguments.broker.messaging())
    {
        findings.extend(examine_broker(&host, &messaging, pool.as_ref()).await);
    }
    if let Some(pool) = pool {
        findings.extend(examine_database(&pool).await);
        pool.close().await;
    }
    findings
}

async fn examine_broker(
    host: &VirtualHost,
    messaging: &MessagingSettings,
    pool: Option<&Pool>,
) -> [Finding; 6] {
    let (topology, policies) = match queues::read(host).await {
        Ok(queues) => (topology::examine(host, &queues), policies::examine(&queues, &host.name)),
        Err(error) => (Err(anyhow!("{error}")), Err(error.into())),
    };
    [
        Finding::new("RabbitMQ", broker::login(messaging).await),
        Finding::new("RabbitMQ version", broker::version(&host.management)),
        Finding::new("RabbitMQ nodes", broker::nodes(&host.management)),
        Finding::new("topology", topology),
        Finding::new("policies", policies),
        Finding::new("workers", broker::workers(messaging, pool).await),
    ]
}

async fn examine_database(pool: &Pool) -> Vec<Finding> {
    let server = match DatabaseServer::ask(pool).await {
        Ok(server) => server,
        Err(error) => return vec![Finding::new("MySQL", database::failed(error))],
    };
    vec![
        Finding::new("MySQL", Ok(Verdict::well("Programs can log in."))),
        Finding::new("MySQL version", Ok(database::version(&server.version))),
        Finding::new("schema", database::schema(pool).await),
        Finding::new("rights", database::rights(pool).await),
        Finding::new("ledger", database::ledger(pool).await),
        Finding::new("durability", Ok(database::flushing(server.flush_at_commit))),
        Finding::new("clock", Ok(database::clock(server.clock_ahead))),
    ]
}
