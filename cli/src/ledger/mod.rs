//! `registrar ledger`

mod report;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use registrar_domain::ledger::balance;
use registrar_ledger::{SnapshotError, SnapshotReader};
use registrar_messaging::MessagingSettings;
use registrar_runtime::config;
use registrar_runtime::output::print_line;
use registrar_storage::{DatabaseSettings, MySqlStore, Pool};
use report::Report;
use tokio::time::sleep;

const UNACCOUNTED: u8 = 1;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    messaging: MessagingSettings,

    #[command(flatten)]
    database: DatabaseSettings,

    /// Time between the two snapshots that tell what workers have in hand from what is lost. Longer
    /// than a worker takes for a batch.
    #[arg(long, default_value = "5s", value_parser = config::duration)]
    between: Duration,

    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let report = look_twice(arguments).await.map_err(explained)?;
    if arguments.json {
        print_line(report.to_json())?;
    } else {
        print_line(&report)?;
    }
    let is_whole = report.unaccounted() == 0;
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::from(UNACCOUNTED) })
}

/// The ledger stops no registration, as an operator who reads that it is broken should know.
fn explained(error: SnapshotError) -> anyhow::Error {
    match error {
        SnapshotError::Ledger(error) => anyhow::anyhow!(
            "What is unaccounted for is not known now: {error} Registrations are accepted and \
             stored all the same; since when workers cannot write the ledger, their log and /readyz \
             say."
        ),
        SnapshotError::Queues(error) => error.into(),
    }
}

async fn look_twice(arguments: &Arguments) -> Result<Report, SnapshotError> {
    let pool = Pool::new(&arguments.database);
    let store = MySqlStore::new(pool.clone());
    store.probe_ledger().await?;
    let mut reader = SnapshotReader::new(store.clone(), arguments.messaging.clone());
    let earlier = reader.read().await?;
    sleep(arguments.between).await;
    let later = reader.read().await?;
    let outcomes = store.count_outcomes().await?;
    reader.close().await;
    pool.close().await;
    Ok(Report { lanes: balance(&earlier, &later), outcomes })
}
